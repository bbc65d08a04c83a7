/** A SealedSecret back into a Secret, for who holds a private key. All entries or none. */
import { wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { type OpenFailure, openParsed } from "../crypto/open-token.ts";
import type { Slot } from "../model/entry.ts";
import type { KeyId } from "../model/key-id.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import type { PlainSecret } from "../model/secret.ts";
import { pickSlots } from "./pick.ts";

/**
 * An entry that did not open. `ambiguous`: the keyring opens the values of several environments. keyIds: the keys it was sealed to,
 * empty when the token cannot be read.
 */
export type EntryFailure = {
  readonly key: string;
  readonly reason: OpenFailure | "ambiguous";
  readonly keyIds: readonly KeyId[];
};

/** The Secret, whose values the caller wipes, or every entry that did not open. */
export type OpenedSecret =
  | { readonly ok: true; readonly secret: PlainSecret }
  | { readonly ok: false; readonly failures: readonly EntryFailure[] };

/** Opens all entries: of several environments the one that the keyring holds a key of. Nothing is handed out when one of them fails. */
export function openSecret(engine: Engine, keyring: Keyring, sealed: SealedSecret): OpenedSecret {
  const { slots, ambiguous } = pickSlots(engine, keyring, sealed);
  if (ambiguous.length === 0) return openSlots(engine, keyring, sealed, slots);
  const failures = ambiguous.map((key) => ({
    key,
    reason: "ambiguous" as const,
    keyIds: slots.get(key)?.keyIds ?? [],
  }));
  return { ok: false, failures };
}

/** The same for slots that were picked before. */
export function openSlots(
  engine: Engine,
  keyring: Keyring,
  { namespace, name, shape }: Pick<SealedSecret, "namespace" | "name" | "shape">,
  slots: ReadonlyMap<string, Slot>,
): OpenedSecret {
  const values = new Map<string, Uint8Array>();
  const failures: EntryFailure[] = [];
  for (const [key, { token, keyIds }] of slots) {
    const opened = openParsed(engine, keyring, token, { namespace, name, key });
    if (opened.ok) values.set(key, opened.value);
    else failures.push({ key, reason: opened.reason, keyIds });
  }
  if (failures.length > 0) {
    wipe(...values.values());
    return { ok: false, failures };
  }
  return { ok: true, secret: { namespace, name, shape, values } };
}
