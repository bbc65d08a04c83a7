/** Whether those that would be sealed for are those that the user pinned. What was never pinned is asked about on a terminal. */
import {
  type Engine,
  fingerprintOf,
  formatPublicKey,
  LacreError,
  type PublicKey,
  shellWord,
  shortKeyId,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { askLine } from "../terminal/prompt.ts";
import type { OwnKeys } from "./own-keys.ts";
import { isAbout, labelOf, type PinPlace, placeOfFile } from "./pin-places.ts";
import {
  describeRecipient,
  type Found,
  isSameRecipient,
  judgePin,
  mismatch,
  refuseOlder,
  type Verdict,
  type Wanted,
  whereSeen,
} from "./pin-verdict.ts";
import {
  demandedFingerprints,
  isSamePin,
  PIN_VARIABLE,
  type Pin,
  type PinnedRecipient,
  type Pins,
  readPins,
  savePins,
  withPin,
} from "./pins.ts";
import type { NamedRecipient } from "./recipient-files.ts";

/** How what was never pinned is met: with a question where there is a terminal, or as PIN_MISSING. */
export type Trust = {
  readonly own: readonly OwnKeys[];
  readonly isAsking: boolean;
  /** True when the repository chose the environment, not the user. */
  readonly isByDefault: boolean;
};

type Unpinned = Exclude<Verdict, { kind: "same" }>;

/** What people compare of a bare key: the SHA-256 of its line, base64url. */
export function fingerprintOfKey(engine: Engine, key: PublicKey): string {
  return `SHA256:${Buffer.from(engine.sha256(new TextEncoder().encode(formatPublicKey(key)))).toString("base64url")}`;
}

/** What one keys file names, as pins have it. */
export function recipientsOf(engine: Engine, { keys, list }: NamedRecipient): readonly PinnedRecipient[] {
  if (list === undefined) return keys.map((key) => ({ fingerprint: fingerprintOfKey(engine, key) }));
  return [{ fingerprint: fingerprintOf(engine, list.identity), cluster: list.cluster, serial: list.serial }];
}

/** A store's own list is signed by its identity, and its newest key is one of the store's. */
function isOwnOf(own: readonly OwnKeys[], { keys, list }: NamedRecipient, found: readonly PinnedRecipient[]): boolean {
  return own.some(
    ({ ids, fingerprint }) =>
      keys.every(({ keyId }) => ids.has(keyId)) && (list === undefined || found[0]?.fingerprint === fingerprint),
  );
}

/** What is found, as verdicts have it. */
export function foundOf(engine: Engine, named: readonly NamedRecipient[], own: readonly OwnKeys[]): readonly Found[] {
  return named.map((one) => {
    const recipients = recipientsOf(engine, one);
    return { file: one.file, recipients, isOwn: isOwnOf(own, one, recipients) };
  });
}

/** All of an environment, or PIN_MISMATCH, PIN_MISSING, KEY_LIST_OLD. What the user says yes to is remembered. */
export async function trustPlace(
  context: CommandContext,
  engine: Engine,
  place: PinPlace,
  named: readonly NamedRecipient[],
  trust: Trust,
): Promise<void> {
  const found = foundOf(engine, named, trust.own);
  if (refuseUndemanded(context, labelOf(place), found)) return;
  const pins = readPins(context);
  refuseOldLists(found, pins);
  const wanted: Wanted = {
    name: labelOf(place),
    found,
    mapping: place.mapping,
    own: trust.own.map(({ fingerprint }) => fingerprint),
    isByDefault: trust.isByDefault,
  };
  const verdict = judgePin(
    pins.pins.find((one) => isSamePin(one, place.key)),
    wanted,
  );
  if (verdict.kind !== "same") {
    if (!trust.isAsking) throw notPinned(wanted, verdict, pins);
    askWhetherToPin(context, wanted, named, verdict, pins);
    await savePins(context, (now) => withPin(now, agreedPin(place, found, trust, now)));
  } else await rememberSerials(context, found, pins);
}

/** What the user said yes to. That it is the default they said only when it was taken as the default. */
function agreedPin(place: PinPlace, found: readonly Found[], { isByDefault }: Trust, { pins }: Pins): Pin {
  const { isDefault: _, ...mapping } = place.mapping;
  const wasDefault = pins.find((one) => isSamePin(one, place.key))?.mapping.isDefault === true;
  return {
    ...place.key,
    recipients: found.flatMap(({ recipients }) => recipients),
    mapping: { ...mapping, ...((isByDefault || wasDefault) && { isDefault: true }) },
  };
}

/**
 * A keys file that the user named. What pins remember of it holds, also when .lacre.yaml names it no more; else it counts as
 * the environment that names it. False for one that nothing knows of: the user's own word.
 */
export async function trustFile(
  context: CommandContext,
  engine: Engine,
  named: NamedRecipient,
  own: readonly OwnKeys[],
): Promise<boolean> {
  const found = foundOf(engine, [named], own);
  if (refuseUndemanded(context, named.file, found)) return true;
  const pins = readPins(context);
  refuseOldLists(found, pins);
  const place = placeOfFile(context, named.file);
  const about = pins.pins.filter((pin) => isAbout(pin, place));
  for (const pin of about) {
    const pinned = pin.recipients.map(describeRecipient).join(", ");
    const other = found
      .filter(({ isOwn }) => !isOwn)
      .flatMap(({ recipients }) => recipients)
      .find((one) => !pin.recipients.some((known) => isSameRecipient(known, one)));
    if (other !== undefined) throw mismatch(named.file, named.file, describeRecipient(other), pinned);
  }
  if (about.length > 0) await rememberSerials(context, found, pins);
  return about.length > 0;
}

/** LACRE_PIN decides where it is set: true when it is satisfied, PIN_MISMATCH when it is not, false without it. */
export function refuseUndemanded(context: CommandContext, name: string, found: readonly Found[]): boolean {
  const demanded = demandedFingerprints(context);
  if (demanded === undefined) return false;
  for (const { file, recipients } of found) {
    const other = recipients.find(({ fingerprint }) => !demanded.includes(fingerprint));
    if (other === undefined) continue;
    throw mismatch(name, file, describeRecipient(other), `${demanded.join(", ")} (${PIN_VARIABLE})`);
  }
  return true;
}

function refuseOldLists(found: readonly Found[], pins: Pins): void {
  for (const { recipients } of found) for (const one of recipients) refuseOlder(one, pins);
}

/** The newest serial that was seen holds wherever its list is named. */
async function rememberSerials(context: CommandContext, found: readonly Found[], pins: Pins): Promise<void> {
  const seen = found.flatMap(({ recipients }) => recipients);
  const newer = (now: Pins): Pins => ({
    ...now,
    pins: now.pins.map((pin) => ({
      ...pin,
      recipients: pin.recipients.map((one) => {
        const serial = seen.find((other) => isSameRecipient(one, other))?.serial ?? 0;
        return serial > (one.serial ?? 0) ? { ...one, serial } : one;
      }),
    })),
  });
  if (JSON.stringify(newer(pins)) !== JSON.stringify(pins)) await savePins(context, newer);
}

function notPinned({ name, found }: Wanted, verdict: Unpinned, pins: Pins): LacreError {
  const others = found.filter(({ isOwn }) => !isOwn);
  const whom = others
    .flatMap(({ recipients }) => recipients)
    .map((one) => `${describeRecipient(one)}, ${whereSeen(one, pins)}`);
  const ways = `compare with who runs it, by another way than this repository; then: ${others
    .map(({ file }) => `lacre keys pin ${shellWord(file)} --fingerprint SHA256:...`)
    .join(" and ")}; in CI: ${PIN_VARIABLE}=SHA256:...`;
  if (verdict.kind === "moved") {
    return new LacreError("PIN_MISMATCH", `${name} is not what was pinned: ${verdict.what}`, {
      hint: `harmless if it was meant: ask who changed .lacre.yaml; then: lacre keys pin ${shellWord(others[0]?.file ?? "FILE")} --fingerprint SHA256:...`,
    });
  }
  return new LacreError("PIN_MISSING", `${name} is not pinned here; it would be sealed for ${whom.join("; ")}`, {
    hint: ways,
  });
}

/** PIN_MISSING or PIN_MISMATCH unless somebody at the terminal agrees, or tells the fingerprint. */
function askWhetherToPin(
  context: CommandContext,
  wanted: Wanted,
  named: readonly NamedRecipient[],
  verdict: Unpinned,
  pins: Pins,
): void {
  const { name, found, mapping } = wanted;
  const lines = found
    .filter(({ isOwn }) => !isOwn)
    .map(({ file, recipients }) => {
      const ids = named.find((one) => one.file === file)?.keys.map(({ keyId }) => shortKeyId(keyId)) ?? [];
      const seen = recipients.map((one) => `${describeRecipient(one)}, ${whereSeen(one, pins)}`);
      return `  ${file}: ${seen.join("; ")}; key ${ids.join(", ")}`;
    });
  const about = (["branch", "paths", "namespace"] as const).flatMap((field) =>
    mapping[field] === undefined ? [] : [`${field} ${[mapping[field]].flat().join(", ")}`],
  );
  const head =
    verdict.kind === "missing"
      ? `${name} was never sealed for from here.`
      : `${name} is not what was pinned: ${verdict.what}.`;
  const answer = askLine(
    context,
    [
      head,
      ...lines,
      ...(about.length > 0 ? [`  ${about.join("; ")}`] : []),
      "Ask who runs it for its fingerprint, by another way than this repository.",
      "Seal for it? yes, no, or the fingerprint that they tell: ",
    ].join("\n"),
  );
  if (answer === undefined) throw notPinned(wanted, verdict, pins);
  if (/^y(?:es)?$/i.test(answer)) return;
  const fingerprints = lines.length === 0 ? [] : found.flatMap(({ recipients }) => recipients);
  if (fingerprints.length === 1 && fingerprints[0]?.fingerprint === answer) return;
  if (!answer.startsWith("SHA256:")) throw notPinned(wanted, verdict, pins);
  const file = found[0]?.file ?? "FILE";
  throw mismatch(name, file, fingerprints.map(describeRecipient).join(", "), `${answer} (typed)`);
}

/** Pins those of a place that have a fingerprint, which the user has compared; what was pinned of it stays as far as it is there. */
export async function pinRecipient(
  context: CommandContext,
  engine: Engine,
  place: PinPlace,
  named: readonly NamedRecipient[],
  fingerprint: string,
): Promise<void> {
  const now = named.flatMap((one) => recipientsOf(engine, one));
  await savePins(context, (pins) => {
    const before = pins.pins.find((one) => isSamePin(one, place.key))?.recipients ?? [];
    const recipients = now.filter(
      (one) => one.fingerprint === fingerprint || before.some((other) => isSameRecipient(one, other)),
    );
    return withPin(pins, { ...place.key, recipients, mapping: place.mapping });
  });
}
