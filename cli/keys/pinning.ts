/** Pins what somebody vouches for: by a fingerprint that they compared, or as what their own kubeconfig fetched. */
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { printableName } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { findConfiguration } from "../repository/configuration.ts";
import {
  type FileNames,
  isAbout,
  namesOf,
  type PinPlace,
  placeOfEnvironment,
  placeOfFile,
  placesNaming,
  typedNamesOf,
  withoutFile,
} from "./pin-places.ts";
import { isSameRecipient } from "./pin-verdict.ts";
import {
  filesOf,
  isSamePin,
  type Pin,
  type PinKey,
  type PinnedRecipient,
  type Pins,
  pinOf,
  readPins,
  savePins,
  withPin,
} from "./pins.ts";
import { readPresent } from "./recipient-files.ts";
import { recipientsOf } from "./recipient-pins.ts";

/** What a file may be pinned as. isNamed: the user named the environment, so all of it is taken as it is now. */
export type PinTarget = { readonly place: PinPlace; readonly isNamed: boolean };

/**
 * What a file is pinned as: the environment that is named; else those whose pins remember the file; else the one environment
 * that names it; else the file alone. USAGE where the repository could choose: several name it, it is pinned as another's, or
 * the environment has a pin that this recipient is not in. Vouching for a file is not vouching for an environment.
 */
export function targetsOf(
  context: CommandContext,
  file: string,
  env: string | undefined,
  fingerprint: string,
): readonly PinTarget[] {
  const naming = placesNaming(context, file);
  if (env !== undefined) {
    const place = naming.find(({ name }) => name === env);
    if (place !== undefined) return [{ place, isNamed: true }];
    throw new LacreError("USAGE", `environment ${printableName(env)} does not name ${printableName(file)}`, {
      hint: `it is named by: ${naming.map(({ name }) => printableName(name)).join(", ") || "none"}`,
    });
  }
  const names = namesOf(context, file);
  const pins = readPins(context);
  const about = pins.pins.filter((pin) => isAbout(pin, names));
  const remembered = naming.filter(({ key }) => about.some((pin) => isSamePin(pin, key)));
  const others = about.filter(({ environment }) => environment !== undefined);
  const places = remembered.length > 0 ? remembered : naming;
  if (places.length === 0) return [{ place: placeOfFile(context, file), isNamed: false }];
  const isClear = remembered.length > 0 || (places.length === 1 && others.length === 0);
  const isKnown = places.every(({ key }) => {
    const pin = pinOf(pins, key);
    return pin === undefined || pin.recipients.some((one) => one.fingerprint === fingerprint);
  });
  if (isClear && isKnown) return places.map((place) => ({ place, isNamed: false }));
  const pinned = [...new Set(others.map(({ environment }) => environment))].join(", ");
  const named = [...new Set(naming.map(({ name }) => name))].join(", ");
  throw new LacreError(
    "USAGE",
    printableName(`${file} is named by ${named}${pinned === "" ? "" : `, and was pinned for ${pinned}`}`),
    { hint: "say which environment the fingerprint is of: --env NAME" },
  );
}

/** What a user says besides: fingerprint, and whether the environment may take the default from another. */
export type Vouched = { readonly fingerprint: string; readonly isDefault: boolean };

/** A pin as it is now, whom it leaves out of those that are named, and whom it has no more. */
export type Pinned = {
  readonly pin: Pin;
  readonly unpinned: readonly PinnedRecipient[];
  readonly dropped: readonly PinnedRecipient[];
};

/**
 * Pins a recipient. An environment that the user named has those that are there from now on, and, when the recipient was pinned
 * already, all else that it is now; a pin that was not named only gains. File pins, and pins of environments that are no more,
 * forget the file, so that none contradicts.
 */
export async function pinRecipient(
  context: CommandContext,
  engine: Engine,
  file: string,
  target: PinTarget,
  vouched: Vouched,
): Promise<Pinned> {
  const { place } = target;
  const now = readPresent(context, engine, place).flatMap((one) => recipientsOf(engine, one));
  const names = typedNamesOf(context, file);
  const environments = allEnvironments(context);
  let result: Pinned | undefined;
  await savePins(context, (pins) => {
    const before = pinOf(pins, place.key)?.recipients ?? [];
    const pin = nextPin(pins, target, now, vouched);
    const isIn = (one: PinnedRecipient, all: readonly PinnedRecipient[]) =>
      all.some((other) => isSameRecipient(one, other));
    result = {
      pin,
      unpinned: now.filter((one) => !isIn(one, pin.recipients)),
      dropped: before.filter((one) => !isIn(one, pin.recipients)),
    };
    return withPin(forgotten(pins, place, names, environments), pin);
  });
  if (result === undefined) throw new TypeError("savePins did not run its change");
  return result;
}

function nextPin(
  pins: Pins,
  { place, isNamed }: PinTarget,
  now: readonly PinnedRecipient[],
  { fingerprint, isDefault }: Vouched,
): Pin {
  const before = pinOf(pins, place.key);
  const known = before?.recipients ?? [];
  const isKnown = (one: PinnedRecipient) => known.some((other) => isSameRecipient(one, other));
  const present = now.filter((one) => one.fingerprint === fingerprint || isKnown(one));
  const gone = known.filter((one) => !now.some((other) => isSameRecipient(one, other)));
  const takesAll = before === undefined || (isNamed && known.some((one) => one.fingerprint === fingerprint));
  const { isDefault: isDefaultNow, ...mapping } = place.mapping;
  const isRival = (one: Pin) =>
    one.mapping.isDefault === true &&
    !isSamePin(one, place.key) &&
    one.repository === place.key.repository &&
    one.directory === place.key.directory;
  const mayBeDefault = isDefault || before?.mapping.isDefault === true || !pins.pins.some(isRival);
  const taken = { ...mapping, ...(isDefaultNow === true && mayBeDefault && { isDefault: true }) };
  return {
    ...place.key,
    files: filesOf(before, place.key),
    // A file by itself is what it is now.
    recipients:
      isNamed || before === undefined || place.key.environment === undefined ? present : [...present, ...gone],
    mapping: takesAll ? taken : (before?.mapping ?? taken),
  };
}

/** The environments of the configuration where the user stands, by where it lies. */
function allEnvironments(context: CommandContext): readonly PinKey[] {
  const found = findConfiguration(context);
  if (found === undefined) return [];
  return [...found.configuration.environments.values()].map((one) => placeOfEnvironment(context, found, one).key);
}

/** Pins of single files, and of environments that this .lacre.yaml has no more, forget what is pinned as something else now. */
function forgotten(pins: Pins, { key }: PinPlace, names: FileNames, environments: readonly PinKey[]): Pins {
  const isGone = (pin: Pin) =>
    pin.environment === undefined ||
    (pin.repository === key.repository &&
      pin.directory === key.directory &&
      key.environment !== undefined &&
      !environments.some((one) => isSamePin(one, pin)));
  const rest = pins.pins.map((pin) => (isSamePin(pin, key) || !isGone(pin) ? pin : withoutFile(pin, names)));
  return { ...pins, pins: rest.filter(({ environment, files }) => environment !== undefined || files.length > 0) };
}
