/** What pins say of those that would be sealed for. No effects: who calls asks, refuses, or remembers. */
import { LacreError } from "../../src/errors.ts";
import { printableName, shellWord } from "../../src/model/index.ts";
import type { Pin, PinnedMapping, PinnedRecipient, Pins } from "./pins.ts";

/** What one keys file names. */
export type Found = {
  readonly file: string;
  readonly recipients: readonly PinnedRecipient[];
  /** The store whose own keys these are: who holds it needs nobody's word for them. */
  readonly own: string | undefined;
};

/** What is to be sealed for. name: as people call it, "environment prod" or the file. */
export type Wanted = {
  readonly name: string;
  readonly environment: string | undefined;
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
  /** isDefault: it is not what was pinned as the default. */
  | { readonly kind: "moved"; readonly what: string; readonly isDefault: boolean };

const MAPPED = ["branch", "paths", "namespace"] as const;

/** How people read it. */
export function describeRecipient({ fingerprint, cluster }: PinnedRecipient): string {
  return cluster === undefined ? `the bare key ${fingerprint}` : `${printableName(cluster)} (${fingerprint})`;
}

/** Serials only rise, so they do not make another recipient. */
export function isSameRecipient(a: PinnedRecipient, b: PinnedRecipient): boolean {
  return a.fingerprint === b.fingerprint && a.cluster === b.cluster;
}

/** KEY_LIST_OLD for a list that is older than one of its identity that was seen, for whatever it was. */
export function refuseOlder({ fingerprint, cluster, serial }: PinnedRecipient, { known, pins }: Pins): void {
  if (serial === undefined) return;
  let newest = 0;
  for (const recipients of [known, ...pins.map((pin) => pin.recipients)]) {
    for (const one of recipients) {
      if (isSameRecipient(one, { fingerprint, ...(cluster !== undefined && { cluster }) }))
        newest = Math.max(newest, one.serial ?? 0);
    }
  }
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
  const stores = new Set(wanted.found.map(({ own }) => own));
  // One store's own keys need nobody's word. Those of two are two places: whether they belong together, somebody must say.
  const isOwn = stores.size === 1 && !stores.has(undefined);
  if (pin === undefined) return { kind: isOwn ? "same" : "missing" };
  refuseChanged(pin, wanted);
  const what = isOwn ? undefined : movedIn(pin.mapping, wanted);
  const isDefault = wanted.isByDefault && pin.mapping.isDefault !== true;
  return what === undefined ? { kind: "same" } : { kind: "moved", what, isDefault };
}

function refuseChanged(pin: Pin, wanted: Wanted): void {
  const { name, found, own } = wanted;
  const pinned = pin.recipients.map(describeRecipient).join(", ") || "nobody";
  for (const { file, recipients } of found) {
    const other = recipients.find((one) => !pin.recipients.some((known) => isSameRecipient(known, one)));
    if (other !== undefined) throw mismatch(wanted, file, describeRecipient(other), pinned);
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
      hint: `what is sealed now would not open there: ask who runs it, by another way than this repository; if it is meant: ${pinCommand(wanted, found[0]?.file)} with what they tell`,
    },
  );
}

/** The command that pins, for people who have compared. */
export function pinCommand({ environment }: Pick<Wanted, "environment">, file = "FILE"): string {
  const env = environment === undefined ? "" : ` --env ${shellWord(environment)}`;
  return `lacre keys pin ${shellWord(file)}${env} --fingerprint SHA256:...`;
}

/** PIN_MISMATCH for a recipient in a file, against what is pinned or demanded. */
export function mismatch(
  { name, environment }: Pick<Wanted, "name" | "environment">,
  file: string,
  is: string,
  pinned: string,
): LacreError {
  return new LacreError("PIN_MISMATCH", `${name} would be sealed for ${is}, and pinned is ${pinned}`, {
    hint: `harmless if the cluster was made anew, a recovery recipient was added, or this checkout is another one: ask who runs ${name} for the fingerprint, by another way than this repository; then: ${pinCommand({ environment }, file)}`,
  });
}

/** What else is new, in words. The repository says it, so it is asked about like a recipient. */
function movedIn(
  pinned: PinnedMapping,
  { mapping, isByDefault }: Pick<Wanted, "mapping" | "isByDefault">,
): string | undefined {
  const changes = MAPPED.flatMap((field) =>
    JSON.stringify(pinned[field]) === JSON.stringify(mapping[field])
      ? []
      : [`its ${field} was ${describeField(pinned[field])} and is ${describeField(mapping[field])}`],
  );
  if (isByDefault && pinned.isDefault !== true) changes.push("it was not what is sealed for when none is named");
  return changes.length === 0 ? undefined : changes.join("; ");
}

/** One field of what an environment is for. */
function describeField(value: string | readonly string[] | undefined): string {
  return value === undefined ? "none" : printableName(JSON.stringify(value));
}

/** All that an environment is for but its recipients, each field that it has. */
export function describeMapping(mapping: PinnedMapping): readonly string[] {
  return MAPPED.flatMap((field) => (mapping[field] === undefined ? [] : [`${field} ${describeField(mapping[field])}`]));
}

/** Where an identity was seen before, in words. */
export function whereSeen({ fingerprint }: PinnedRecipient, { known, pins }: Pins): string {
  const pin = pins.find(({ recipients }) => recipients.some((one) => one.fingerprint === fingerprint));
  if (pin !== undefined) return printableName(`the same as ${pin.environment ?? pin.files[0]} in ${pin.repository}`);
  const old = known.find((one) => one.fingerprint === fingerprint);
  return old === undefined ? "never seen here" : `the same as was pinned for the cluster ${old.cluster}`;
}

/** What is pinned now, on one line. */
export function describePin({ recipients, mapping }: Pin, name: string): string {
  const what = [
    recipients.map(describeRecipient).join(", "),
    ...describeMapping(mapping),
    ...(mapping.isDefault ? ["the default"] : []),
  ];
  return `${printableName(name)}: ${what.join("; ")}`;
}

/** PIN_MISMATCH where what is there is not what the user compared. */
export function refuseOtherFingerprint(what: string, is: string, wanted: string): void {
  if (is === wanted) return;
  throw new LacreError("PIN_MISMATCH", `${what} has the fingerprint ${is}, and named is ${printableName(wanted)}`, {
    hint: "somebody may have swapped it: ask again who runs the cluster, or has the private key, by another way than this repository",
  });
}
