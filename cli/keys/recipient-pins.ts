/** Whether those that would be sealed for are those that the user pinned. What was never pinned is asked about on a terminal. */
import type { Engine, PublicKey } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { fingerprintOf, formatPublicKey, isKeyList, parseKeyList, parsePublicKeys } from "../../src/keys/index.ts";
import { printableName } from "../../src/model/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import type { CommandContext } from "../context.ts";
import type { OwnKeys } from "./own-keys.ts";
import { isAbout, labelOf, namesOf, type PinPlace } from "./pin-places.ts";
import { askWhetherToPin, notPinned } from "./pin-question.ts";
import {
  describeRecipient,
  type Found,
  isSameRecipient,
  judgePin,
  mismatch,
  refuseOlder,
  type Wanted,
} from "./pin-verdict.ts";
import {
  demandedPins,
  filesOf,
  isDemanded,
  isSamePin,
  PIN_VARIABLE,
  type Pin,
  type PinnedRecipient,
  type Pins,
  pinOf,
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

/** What people compare of a bare key: the SHA-256 of its line, base64url. */
export function fingerprintOfKey(engine: Engine, key: PublicKey): string {
  return `SHA256:${Buffer.from(engine.sha256(new TextEncoder().encode(formatPublicKey(key)))).toString("base64url")}`;
}

/** What one keys file names, as pins have it. */
export function recipientsOf(engine: Engine, { keys, list }: NamedRecipient): readonly PinnedRecipient[] {
  if (list === undefined) return keys.map((key) => ({ fingerprint: fingerprintOfKey(engine, key) }));
  return [{ fingerprint: fingerprintOf(engine, list.identity), cluster: list.cluster, serial: list.serial }];
}

/** What the text of a keys file names, also of a list without an active key; the error names the file. */
export function recipientsInText(engine: Engine, file: string, text: string): readonly PinnedRecipient[] {
  return inFile(file, () =>
    isKeyList(text)
      ? recipientsOf(engine, { file, keys: [], list: parseKeyList(engine, text) })
      : recipientsOf(engine, { file, keys: parsePublicKeys(engine, text) }),
  );
}

/** A store's own list is signed by its identity, and its newest key is one of the store's. */
function ownOf(
  own: readonly OwnKeys[],
  { keys, list }: NamedRecipient,
  [found]: readonly PinnedRecipient[],
): string | undefined {
  return own.find(
    ({ ids, fingerprint }) =>
      keys.every(({ keyId }) => ids.has(keyId)) && (list === undefined || found?.fingerprint === fingerprint),
  )?.fingerprint;
}

/** What is found, as verdicts have it. */
export function foundOf(
  engine: Engine,
  named: readonly NamedRecipient[],
  own: readonly OwnKeys[] = [],
): readonly Found[] {
  return named.map((one) => {
    const recipients = recipientsOf(engine, one);
    return { file: one.file, recipients, own: ownOf(own, one, recipients) };
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
  const wanted: Wanted = {
    name: printableName(labelOf(place)),
    environment: place.key.environment,
    found: foundOf(engine, named, trust.own),
    mapping: place.mapping,
    own: trust.own.map(({ fingerprint }) => fingerprint),
    isByDefault: trust.isByDefault,
  };
  const pins = readPins(context);
  refuseOldLists(wanted.found, pins);
  if (refuseUndemanded(context, wanted)) return;
  const verdict = judgePin(pinOf(pins, place.key), wanted);
  if (verdict.kind === "same") return remember(context, place, wanted.found, pins);
  if (!trust.isAsking) throw notPinned(wanted, verdict, pins);
  await askWhetherToPin(context, wanted, named, verdict, pins);
  await savePins(context, (now) => withPin(now, agreedPin(place, wanted.found, trust, now)));
}

/** What the user said yes to. That it is the default they said only when it was taken as the default. */
function agreedPin(place: PinPlace, found: readonly Found[], { isByDefault }: Trust, pins: Pins): Pin {
  const { isDefault: _, ...mapping } = place.mapping;
  const before = pinOf(pins, place.key);
  const isDefault = isByDefault || before?.mapping.isDefault === true;
  return {
    ...place.key,
    files: filesOf(before, place.key),
    recipients: found.flatMap(({ recipients }) => recipients),
    mapping: { ...mapping, ...(isDefault && { isDefault }) },
  };
}

/**
 * A keys file that the user named. What pins remember of it holds, by every name that leads to it, also when .lacre.yaml names
 * it no more. False for one that no pin knows: then it counts as the environment that names it, else as the user's own word.
 */
export async function trustFile(
  context: CommandContext,
  engine: Engine,
  named: NamedRecipient,
  own: readonly OwnKeys[],
  naming: readonly PinPlace[] = [],
): Promise<boolean> {
  const found = foundOf(engine, [named], own);
  const pins = readPins(context);
  refuseOldLists(found, pins);
  const wanted = { name: printableName(named.file), environment: undefined, found };
  const environments = naming.length === 0 ? [undefined] : naming.map(({ key }) => key.environment);
  if (environments.map((environment) => refuseUndemanded(context, { ...wanted, environment })).some(Boolean))
    return true;
  const names = namesOf(context, named.file);
  const isNaming = (pin: Pin) => naming.some(({ key }) => isSamePin(pin, key));
  const about = pins.pins.filter((pin) => isAbout(pin, names) || isNaming(pin));
  for (const pin of about) {
    const other = found
      .flatMap(({ recipients }) => recipients)
      .find((one) => !pin.recipients.some((known) => isSameRecipient(known, one)));
    if (other === undefined) continue;
    const pinned = pin.recipients.map(describeRecipient).join(", ") || "nobody";
    const { environment } = pin;
    throw mismatch({ name: wanted.name, environment }, named.file, describeRecipient(other), pinned);
  }
  const isKnown = about.some((pin) => isAbout(pin, names));
  if (isKnown) await rememberSerials(context, found, pins);
  return isKnown;
}

/** LACRE_PIN decides where it is set: true when it is satisfied, PIN_MISMATCH when it is not, false without it. */
export function refuseUndemanded(
  context: CommandContext,
  { name, environment, found }: Pick<Wanted, "name" | "environment" | "found">,
): boolean {
  const demanded = demandedPins(context);
  if (demanded === undefined) return false;
  for (const { file, recipients } of found) {
    const other = recipients.find(({ fingerprint }) => !isDemanded(demanded, fingerprint, environment));
    if (other === undefined) continue;
    const wanted = `${printableName(context.env[PIN_VARIABLE] ?? "")} (${PIN_VARIABLE})`;
    throw mismatch({ name, environment }, file, describeRecipient(other), wanted);
  }
  return true;
}

function refuseOldLists(found: readonly Found[], pins: Pins): void {
  for (const { recipients } of found) for (const one of recipients) refuseOlder(one, pins);
}

/** What is as it was pinned: the files that it has now, and the newest serials, count from now on. */
async function remember(context: CommandContext, place: PinPlace, found: readonly Found[], pins: Pins): Promise<void> {
  const withFiles = (now: Pins): Pins => ({
    ...now,
    pins: now.pins.map((pin) => (isSamePin(pin, place.key) ? { ...pin, files: filesOf(pin, place.key) } : pin)),
  });
  await rememberSerials(context, found, pins, withFiles);
}

/** The newest serial that was seen holds wherever its list is named. That it cannot be kept is told, and stops nobody. */
export async function rememberSerials(
  context: CommandContext,
  found: readonly Found[],
  pins: Pins,
  also: (now: Pins) => Pins = (now) => now,
): Promise<void> {
  const seen = found.flatMap(({ recipients }) => recipients);
  const newer = (now: Pins): Pins =>
    also({
      ...now,
      pins: now.pins.map((pin) => ({
        ...pin,
        recipients: pin.recipients.map((one) => {
          const serial = seen.find((other) => isSameRecipient(one, other))?.serial ?? 0;
          return serial > (one.serial ?? 0) ? { ...one, serial } : one;
        }),
      })),
    });
  if (JSON.stringify(newer(pins)) === JSON.stringify(pins)) return;
  try {
    await savePins(context, newer);
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    context.say(`warning: what is newest could not be remembered: ${printableName(error.message)}`);
  }
}
