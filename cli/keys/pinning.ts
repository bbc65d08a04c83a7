/** Pins what somebody vouches for: by a fingerprint that they compared, or as what their own kubeconfig fetched. */
import { type Engine, LacreError, printableName } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { isAbout, namesOf, type PinPlace, placeOfFile, placesNaming, withoutFile } from "./pin-places.ts";
import { isSameRecipient } from "./pin-verdict.ts";
import { isSamePin, type Pin, type PinnedRecipient, type Pins, readPins, savePins, withPin } from "./pins.ts";
import { readPresent } from "./recipient-files.ts";
import { recipientsOf } from "./recipient-pins.ts";

/** What a file may be pinned as. isNamed: the user named the environment, so all of it is taken as it is now. */
export type PinTarget = { readonly place: PinPlace; readonly isNamed: boolean };

/**
 * What a file is pinned as: the environment that is named; else those whose pins remember the file; else the one environment
 * that names it; else the file alone. USAGE where the repository could choose: several name it, or it is pinned as another's.
 */
export function targetsOf(context: CommandContext, file: string, env: string | undefined): readonly PinTarget[] {
  const naming = placesNaming(context, file);
  if (env !== undefined) {
    const place = naming.find(({ name }) => name === env);
    if (place !== undefined) return [{ place, isNamed: true }];
    throw new LacreError("USAGE", `environment ${printableName(env)} does not name ${printableName(file)}`, {
      hint: `it is named by: ${naming.map(({ name }) => printableName(name)).join(", ") || "none"}`,
    });
  }
  const names = namesOf(context, file);
  const about = readPins(context).pins.filter((pin) => isAbout(pin, names));
  const remembered = naming.filter(({ key }) => about.some((pin) => isSamePin(pin, key)));
  if (remembered.length > 0) return remembered.map((place) => ({ place, isNamed: false }));
  const [only, ...more] = naming;
  const others = about.filter(({ environment }) => environment !== undefined);
  if (only === undefined) return [{ place: placeOfFile(context, file), isNamed: false }];
  if (more.length === 0 && others.length === 0) return [{ place: only, isNamed: false }];
  const pinned = others.map(({ environment }) => environment).join(", ");
  const named = naming.map(({ name }) => name).join(", ");
  throw new LacreError(
    "USAGE",
    printableName(`${file} is named by ${named}${pinned === "" ? "" : `, and was pinned for ${pinned}`}`),
    { hint: "say which environment the fingerprint is of: --env NAME" },
  );
}

/** How a pin is put: instead of who is gone, or beside those that were pinned. */
export type PinMode = "replace" | "add";

/**
 * Pins a recipient. What the pin was about stays, but for an environment that the user named: that is taken as it is now. Other
 * pins forget the file, so that none contradicts.
 */
export async function pinRecipient(
  context: CommandContext,
  engine: Engine,
  { place, isNamed }: PinTarget,
  fingerprint: string,
  mode: PinMode,
): Promise<{ readonly pin: Pin; readonly unpinned: readonly PinnedRecipient[] }> {
  const now = readPresent(context, engine, place).flatMap((one) => recipientsOf(engine, one));
  const fileNames = place.files.map((file) => namesOf(context, file));
  const naming = place.files.flatMap((file) => placesNaming(context, file));
  let pinned: Pin | undefined;
  await savePins(context, (pins) => {
    pinned = nextPin(pins, place, now, { fingerprint, mode, isNamed });
    return withPin(forgotten(pins, [place, ...naming], fileNames), pinned);
  });
  const pin = pinned ?? nextPin(readPins(context), place, now, { fingerprint, mode, isNamed });
  return { pin, unpinned: now.filter((one) => !pin.recipients.some((known) => isSameRecipient(known, one))) };
}

function nextPin(
  { pins }: Pins,
  place: PinPlace,
  now: readonly PinnedRecipient[],
  { fingerprint, mode, isNamed }: { readonly fingerprint: string; readonly mode: PinMode; readonly isNamed: boolean },
): Pin {
  const before = pins.find((one) => isSamePin(one, place.key));
  const known = before?.recipients ?? [];
  const isKnown = (one: PinnedRecipient) => known.some((other) => isSameRecipient(one, other));
  const present = now.filter((one) => one.fingerprint === fingerprint || isKnown(one));
  const gone = known.filter((one) => !now.some((other) => isSameRecipient(one, other)));
  return {
    ...place.key,
    files: [...new Set([...(before?.files ?? []), ...place.key.files])],
    recipients: mode === "add" ? [...present, ...gone] : present,
    mapping: before === undefined || isNamed ? place.mapping : before.mapping,
  };
}

/** Other pins forget the files of a place, unless they are of environments that name them too. */
function forgotten(pins: Pins, naming: readonly PinPlace[], fileNames: readonly ReturnType<typeof namesOf>[]): Pins {
  const rest = pins.pins.map((pin) => {
    if (naming.some(({ key }) => isSamePin(pin, key))) return pin;
    return fileNames.reduce((one, names) => withoutFile(one, names), pin);
  });
  return { ...pins, pins: rest.filter(({ environment, files }) => environment !== undefined || files.length > 0) };
}
