/** One token back into its value, for who holds a private key. */
import { wipe } from "../bytes.ts";
import type { Context } from "../model/context.ts";
import type { KeyId } from "../model/key-id.ts";
import { parseToken, type Token } from "../model/token.ts";
import { assertEngine, type Engine } from "./engine.ts";
import { hpkeOpen } from "./hpke.ts";
import { keyIdBytes } from "./key-id-bytes.ts";
import type { Keyring } from "./keyring.ts";
import { openPayload } from "./payload.ts";
import { wrapInfo } from "./seal-token.ts";
import { isAtWith } from "./token-place.ts";

/** Why a token did not open. Nothing finer leaves the library: `cannot-decrypt` never says at which step. */
export type OpenFailure = "malformed" | "wrong-context" | "unknown-key" | "cannot-decrypt";

/** The value, which the caller wipes when it is done, or the reason. */
export type OpenedToken =
  | { readonly ok: true; readonly value: Uint8Array; readonly keyId: KeyId; readonly token: Token }
  | { readonly ok: false; readonly reason: OpenFailure };

/** Opens a token found at a place. All checks of format 1, in its order. */
export function openToken(engine: Engine, keyring: Keyring, text: string, place: Context): OpenedToken {
  return openParsed(engine, keyring, parseToken(text), place);
}

/** The same for what was parsed already; undefined where it was no sound token. */
export function openParsed(engine: Engine, keyring: Keyring, token: Token | undefined, place: Context): OpenedToken {
  assertEngine(engine);
  if (token === undefined) return { ok: false, reason: "malformed" };
  if (!isAt(engine, token, place)) return { ok: false, reason: "wrong-context" };

  const stanza = token.stanzas.find((candidate) => keyring.find(candidate.keyId) !== undefined);
  const key = stanza && keyring.find(stanza.keyId);
  if (stanza === undefined || key === undefined) return { ok: false, reason: "unknown-key" };
  if (key.publicKey.suite !== token.suite) return { ok: false, reason: "cannot-decrypt" };

  const info = wrapInfo(token.prefix, keyIdBytes(stanza.keyId));
  const dataKey = hpkeOpen(engine, key, stanza.enc, info, stanza.wrapped);
  if (dataKey === undefined) return { ok: false, reason: "cannot-decrypt" };
  try {
    const value = openPayload(engine, dataKey, token);
    if (value === undefined) return { ok: false, reason: "cannot-decrypt" };
    return { ok: true, value, keyId: stanza.keyId, token };
  } finally {
    wipe(dataKey);
  }
}

/** True when the token was sealed for this place, as far as its own scope binds it. Needs no key. */
export function isAt(engine: Engine, token: Token, place: Context): boolean {
  return isAtWith(engine.sha256, token, place);
}
