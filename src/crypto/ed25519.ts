/**
 * When an Ed25519 signature counts: one rule, whichever engine computes it (docs/format-v1.md, Signatures).
 *
 *     S < L;  A and R in canonical encoding;  A of order L;  R not the neutral element;
 *     R equals the encoding of [S]B - [k]A, byte for byte
 *
 * RFC 8032 leaves open whether the cofactor is multiplied in, and libraries differ: what one of them accepts and another
 * refuses would divide a CI from its controller. With A of order L the two equations part only at R, and R is compared as bytes.
 */
import { toHex } from "../bytes.ts";
import { fromLittleEndian, GROUP_ORDER, isNonce, isPrimeOrderPoint } from "./edwards25519.ts";
import type { Engine } from "./engine.ts";

/** The last line of the rule, [S]B - [k]A against the bytes of R: an engine's own, asked only when the others hold. */
export type SignatureEquation = Engine["isSigned"];

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** A policy names a few keys: what is more than this came from elsewhere, and is not kept for ever. */
const MOST_KEPT = 256;

/** The order of a key takes a millisecond to find out, and the same few keys judge everything. */
const kept = new Map<string, boolean>();

/** True for a public key (32 bytes) that signatures are judged by: canonical, and of prime order. */
export function isSigningKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES) return false;
  const name = toHex(publicKey);
  let answer = kept.get(name);
  if (answer === undefined) {
    answer = isPrimeOrderPoint(publicKey);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(name, answer);
  }
  return answer;
}

/** The whole rule over an engine's equation. Whatever is wrong is false, never an error. */
export function strictly(equation: SignatureEquation): Engine["isSigned"] {
  return (publicKey, message, signature) => {
    if (signature.length !== SIGNATURE_BYTES || !isSigningKey(publicKey)) return false;
    if (!isNonce(signature.subarray(0, KEY_BYTES))) return false;
    if (fromLittleEndian(signature.subarray(KEY_BYTES)) >= GROUP_ORDER) return false;
    try {
      return equation(publicKey, message, signature);
    } catch {
      return false;
    }
  };
}
