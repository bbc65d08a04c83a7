/** Which value of each entry is meant where somebody holds these keys. */
import type { Engine } from "../crypto/engine.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { isAt } from "../crypto/open-token.ts";
import type { Context } from "../model/context.ts";
import type { Entry, Slot } from "../model/entry.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";

/** One slot for each key. ambiguous: keys of which several environments can be opened; of those it holds the first. */
export type Picked = { readonly slots: ReadonlyMap<string, Slot>; readonly ambiguous: readonly string[] };

/**
 * The one slot of each entry whose key is held and that belongs here. None that fits leaves the first, so that opening says what is
 * wrong with it. Two that fit are for the caller to refuse, not to guess.
 */
export function pickSlots(
  engine: Engine,
  keyring: Keyring,
  { namespace, name, entries }: Pick<SealedSecret, "namespace" | "name" | "entries">,
): Picked {
  const slots = new Map<string, Slot>();
  const ambiguous: string[] = [];
  for (const [key, entry] of entries) {
    const fitting = fittingSlots(engine, keyring, entry, { namespace, name, key });
    if (fitting.length > 1) ambiguous.push(key);
    slots.set(key, fitting[0] ?? entry[0]);
  }
  return { slots, ambiguous };
}

function fittingSlots(engine: Engine, keyring: Keyring, entry: Entry, place: Context): readonly Slot[] {
  if (entry.length === 1) return entry;
  return entry.filter(
    ({ token, keyIds }) =>
      token !== undefined && isAt(engine, token, place) && keyIds.some((keyId) => keyring.find(keyId) !== undefined),
  );
}
