/** What pins say of those that would be sealed for. No effects: who calls asks, refuses, or remembers. */
import { LacreError, shellWord } from "../../src/index.ts";
import type { Pin, PinnedMapping, PinnedRecipient, Pins } from "./pins.ts";

/** What one keys file names. */
export type Found = {
  readonly file: string;
  readonly recipients: readonly PinnedRecipient[];
  /** True for a store's own keys: who holds them needs nobody's word for them. */
  readonly isOwn: boolean;
};

/** What is to be sealed for. name: as people call it, "environment prod" or the file. */
export type Wanted = {
  readonly name: string;
  readonly found: readonly Found[];
  readonly mapping: PinnedMapping;
  /** Fingerprints of stores that the user holds. */
  readonly own: readonly string[];
  /** True when no environment was named: the repository chose this one. */
  readonly isByDefault: boolean;
};

/** same: go on. missing: nothing was pinned. moved: the same recipients, and something else about the environment is new. */
export type Verdict =
  | { readonly kind: "same" }
  | { readonly kind: "missing" }
  | { readonly kind: "moved"; readonly what: string };

/** How people read it. */
export function describeRecipient({ fingerprint, cluster }: PinnedRecipient): string {
  return cluster === undefined ? `the bare key ${fingerprint}` : `${cluster} (${fingerprint})`;
}

/** Serials only rise, so they do not make another recipient. */
export function isSameRecipient(a: PinnedRecipient, b: PinnedRecipient): boolean {
  return a.fingerprint === b.fingerprint && a.cluster === b.cluster;
}

/** KEY_LIST_OLD for a list that is older than one of its identity that was seen, for whatever it was. */
export function refuseOlder({ fingerprint, cluster, serial }: PinnedRecipient, { known, pins }: Pins): void {
  if (serial === undefined) return;
  const seen = [...known, ...pins.flatMap(({ recipients }) => recipients)]
    .filter((one) => one.fingerprint === fingerprint && one.cluster === cluster)
    .map((one) => one.serial ?? 0);
  const newest = Math.max(0, ...seen);
  if (serial >= newest) return;
  throw new LacreError(
    "KEY_LIST_OLD",
    `the key list of ${cluster} has serial ${serial}, and ${newest} was seen before`,
    {
      hint: "fetch the newest and commit it: lacre keys fetch",
    },
  );
}

/** Judges what is found against its pin. PIN_MISMATCH names what was pinned, what is there, and the way to ask. */
export function judgePin(pin: Pin | undefined, wanted: Wanted): Verdict {
  const others = wanted.found.filter(({ isOwn }) => !isOwn);
  if (others.length === 0) return { kind: "same" };
  if (pin === undefined) return { kind: "missing" };
  refuseChanged(pin, others, wanted);
  const what = movedIn(pin.mapping, wanted);
  return what === undefined ? { kind: "same" } : { kind: "moved", what };
}

function refuseChanged(pin: Pin, others: readonly Found[], { name, found, own }: Wanted): void {
  const pinned = pin.recipients.map(describeRecipient).join(", ");
  for (const { file, recipients } of others) {
    const other = recipients.find((one) => !pin.recipients.some((known) => isSameRecipient(known, one)));
    if (other !== undefined) throw mismatch(name, file, describeRecipient(other), pinned);
  }
  const all = found.flatMap(({ recipients }) => recipients);
  const gone = pin.recipients.find(
    (one) => !own.includes(one.fingerprint) && !all.some((other) => isSameRecipient(one, other)),
  );
  if (gone === undefined) return;
  throw new LacreError(
    "PIN_MISMATCH",
    `${name} is no longer sealed for ${describeRecipient(gone)}; pinned is ${pinned}`,
    {
      hint: `what is sealed now would not open there: ask who runs it, by another way than this repository; if it is meant: lacre keys pin ${shellWord(found[0]?.file ?? "FILE")} --fingerprint SHA256:... with what they tell`,
    },
  );
}

/** PIN_MISMATCH for a recipient in a file, against what is pinned or demanded. */
export function mismatch(name: string, file: string, is: string, pinned: string): LacreError {
  return new LacreError("PIN_MISMATCH", `${name} would be sealed for ${is}, and pinned is ${pinned}`, {
    hint: `harmless if the cluster was made anew, a recovery recipient was added, or this checkout is another one: ask who runs it for the fingerprint, by another way than this repository; then: lacre keys pin ${shellWord(file)} --fingerprint SHA256:...`,
  });
}

/** What else is new, in words. The repository says it, so it is asked about like a recipient. */
function movedIn(pinned: PinnedMapping, { mapping, isByDefault }: Wanted): string | undefined {
  const changes = (["branch", "paths", "namespace"] as const).flatMap((field) => {
    const [before, now] = [pinned[field], mapping[field]].map((one) => [one ?? []].flat().join(", ") || "none");
    return before === now ? [] : [`its ${field} was ${before} and is ${now}`];
  });
  if (isByDefault && pinned.isDefault !== true) changes.push("it was not what is sealed for when none is named");
  return changes.length === 0 ? undefined : changes.join("; ");
}

/** Where an identity was seen before, in words. */
export function whereSeen({ fingerprint }: PinnedRecipient, { known, pins }: Pins): string {
  const pin = pins.find(({ recipients }) => recipients.some((one) => one.fingerprint === fingerprint));
  if (pin !== undefined) return `the same as ${pin.environment ?? pin.files[0]} in ${pin.repository}`;
  const old = known.find((one) => one.fingerprint === fingerprint);
  return old === undefined ? "never seen here" : `the same as was pinned for the cluster ${old.cluster}`;
}
