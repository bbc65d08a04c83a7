/** Sealer signatures: who sealed a token. Opt-in; the slot is part of format 1. Verified by the rule of ed25519.ts, never by tweetnacl. */
import { concat, fromBase64url, toBase64url, utf8 } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { KEY_ID_BYTES, type KeyId, keyIdOf } from "../model/key-id.ts";
import { LABEL } from "../model/label.ts";
import { contentLines } from "../model/lines.ts";
import { signedMessage, type Token, unsignedBody } from "../model/token.ts";
import type { Engine } from "./engine.ts";

/** Somebody who signs what they seal. */
export type Sealer = { readonly keyId: KeyId; readonly sign: (message: Uint8Array) => Uint8Array };

/** A sealer whose tokens are accepted, in the namespaces listed; `*` is all. publicKey: 32 bytes, Ed25519. */
export type TrustedSealer = { readonly publicKey: Uint8Array; readonly namespaces: readonly string[] };

/** What a token's signature is worth. */
export type SignatureVerdict = "valid" | "unsigned" | "untrusted" | "invalid";

/** What judging needs of an engine. */
export type SignatureMeans = Pick<Engine, "sha256" | "isSigned">;

const PUBLIC = "lacre-signing-1.";
const PRIVATE = "lacre-signing-private-1.";
const SEED_BYTES = 32;

/** First 16 bytes of SHA-256(LABEL "sealer" || publicKey). See docs/adr/0012-sealer-key-id.md. */
function sealerKeyId({ sha256 }: Pick<Engine, "sha256">, publicKey: Uint8Array): KeyId {
  return keyIdOf(sha256(concat(utf8(`${LABEL}sealer`), publicKey)).subarray(0, KEY_ID_BYTES));
}

/** The sealer of a 32-byte Ed25519 seed. */
export function createSealer(engine: Engine, seed: Uint8Array): Sealer {
  return { keyId: sealerKeyId(engine, engine.signingKeyOf(seed)), sign: (message) => engine.sign(seed, message) };
}

/** Judges the signature of a token found in a namespace. Malleable signatures are invalid. */
export function judgeSignature(
  means: SignatureMeans,
  token: Token,
  namespace: string,
  trusted: readonly TrustedSealer[],
): SignatureVerdict {
  const { signature } = token;
  if (signature === undefined) return "unsigned";
  // An id finds keys, and proves none: whoever is listed under it for this namespace is tried, with the whole key.
  const candidates = trusted.filter(
    ({ publicKey, namespaces }) =>
      namespaces.some((one) => one === namespace || one === "*") &&
      sealerKeyId(means, publicKey) === signature.sealerKeyId,
  );
  if (candidates.length === 0) return "untrusted";
  const message = signedMessage(means.sha256, unsignedBody(token));
  const fits = candidates.some(({ publicKey }) => means.isSigned(publicKey, message, signature.bytes));
  return fits ? "valid" : "invalid";
}

/** The seed of a new signing key, 32 bytes. */
export function generateSigningKey(engine: Engine): Uint8Array {
  return engine.randomBytes(SEED_BYTES);
}

/** The one line of a private signing key. Only ever written to a 0600 file. */
export function signingKeyLine(seed: Uint8Array): string {
  return `${PRIVATE}${toBase64url(seed)}`;
}

/** The one line of a public signing key. */
export function formatSigningKey(publicKey: Uint8Array): string {
  return `${PUBLIC}${toBase64url(publicKey)}`;
}

/** The public signing key of a word, 32 bytes, or undefined. */
export function parseSigningKey(word: string): Uint8Array | undefined {
  const bytes = word.startsWith(PUBLIC) ? fromBase64url(word.slice(PUBLIC.length)) : undefined;
  return bytes?.length === SEED_BYTES ? bytes : undefined;
}

/** The seed in a signing key's file, or KEY_INVALID, KEY_IS_PUBLIC. */
export function parseSigningSeed(text: string): Uint8Array {
  const [line = "", ...more] = contentLines(text);
  if (line.startsWith(PUBLIC)) {
    throw new LacreError("KEY_IS_PUBLIC", "this is a public signing key; signing needs the private one", {
      hint: "pass the 0600 file that lacre keys generate --signing wrote",
    });
  }
  const seed = line.startsWith(PRIVATE) ? fromBase64url(line.slice(PRIVATE.length)) : undefined;
  if (seed?.length === SEED_BYTES && more.length === 0) return seed;
  throw new LacreError("KEY_INVALID", "there is no whole signing key in it", {
    hint: `one line that starts with ${PRIVATE}: lacre keys generate --signing --key-file FILE`,
  });
}
