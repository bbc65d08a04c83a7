/** Sealer signatures: who sealed a token. Opt-in; the slot is part of format 1. Verified by noble, never by tweetnacl. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, utf8 } from "../bytes.ts";
import { KEY_ID_BYTES, type KeyId, keyIdOf } from "../model/key-id.ts";
import type { Engine } from "./engine.ts";
import { LABEL } from "./label.ts";
import { signedMessage, type Token, unsignedBody } from "./token.ts";

/** Somebody who signs what they seal. */
export type Sealer = { readonly keyId: KeyId; readonly sign: (message: Uint8Array) => Uint8Array };

/** A sealer whose tokens are accepted, in the namespaces listed. publicKey: 32 bytes, Ed25519. */
export type TrustedSealer = { readonly publicKey: Uint8Array; readonly namespaces: readonly string[] };

/** What a token's signature is worth. */
export type SignatureVerdict = "valid" | "unsigned" | "untrusted" | "invalid";

/** First 16 bytes of SHA-256(LABEL "sealer" || publicKey). See docs/adr/0012-sealer-key-id.md. */
function sealerKeyId(engine: Engine, publicKey: Uint8Array): KeyId {
  return keyIdOf(engine.sha256(concat(utf8(`${LABEL}sealer`), publicKey)).subarray(0, KEY_ID_BYTES));
}

/** The sealer of a 32-byte Ed25519 seed. */
export function createSealer(engine: Engine, seed: Uint8Array): Sealer {
  const publicKey = ed25519.getPublicKey(seed);
  return { keyId: sealerKeyId(engine, publicKey), sign: (message) => ed25519.sign(message, seed) };
}

/** Judges the signature of a token found in a namespace. Strict verification: malleable signatures are invalid. */
export function judgeSignature(
  engine: Engine,
  token: Token,
  namespace: string,
  trusted: readonly TrustedSealer[],
): SignatureVerdict {
  const { signature } = token;
  if (signature === undefined) return "unsigned";
  const sealer = trusted.find((candidate) => sealerKeyId(engine, candidate.publicKey) === signature.sealerKeyId);
  if (sealer === undefined || !sealer.namespaces.includes(namespace)) return "untrusted";
  const message = signedMessage(engine.sha256, unsignedBody(token));
  return ed25519.verify(signature.bytes, message, sealer.publicKey, { zip215: false }) ? "valid" : "invalid";
}
