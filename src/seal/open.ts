/** A SealedSecret back into a Secret, for who holds a private key. All entries or none. */
import { wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { type OpenFailure, openToken } from "../crypto/open-token.ts";
import type { KeyId } from "../model/key-id.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import type { PlainSecret } from "../model/secret.ts";
import { parseToken } from "../model/token.ts";

/** An entry that did not open. keyIds: the keys it was sealed to, empty when the token cannot be read. */
export type EntryFailure = { readonly key: string; readonly reason: OpenFailure; readonly keyIds: readonly KeyId[] };

/** The Secret, whose values the caller wipes, or every entry that did not open. */
export type OpenedSecret =
  | { readonly ok: true; readonly secret: PlainSecret }
  | { readonly ok: false; readonly failures: readonly EntryFailure[] };

/** Opens all entries. Nothing is handed out when one of them fails. */
export function openSecret(engine: Engine, keyring: Keyring, sealed: SealedSecret): OpenedSecret {
  const values = new Map<string, Uint8Array>();
  const failures: EntryFailure[] = [];
  for (const [key, token] of sealed.entries) {
    const opened = openToken(engine, keyring, token, { namespace: sealed.namespace, name: sealed.name, key });
    if (opened.ok) values.set(key, opened.value);
    else {
      const keyIds = parseToken(token)?.stanzas.map((stanza) => stanza.keyId) ?? [];
      failures.push({ key, reason: opened.reason, keyIds });
    }
  }
  if (failures.length > 0) {
    wipe(...values.values());
    return { ok: false, failures };
  }
  return { ok: true, secret: { namespace: sealed.namespace, name: sealed.name, shape: sealed.shape, values } };
}
