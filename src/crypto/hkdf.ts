/** HKDF with SHA-256 (RFC 5869) over an engine's HMAC. */
import type { Engine } from "./engine.ts";

/** All that it needs of an engine. */
export type Hmac = Pick<Engine, "hmacSha256">;

const HASH_BYTES = 32;
const NO_SALT = new Uint8Array(HASH_BYTES);

/** HKDF-Extract: a 32-byte pseudorandom key. An empty salt means 32 zero bytes. */
export function hkdfExtract(engine: Hmac, salt: Uint8Array, ...inputKey: readonly Uint8Array[]): Uint8Array {
  return engine.hmacSha256(salt.length === 0 ? NO_SALT : salt, ...inputKey);
}

/** HKDF-Expand: `length` bytes, at most 255 * 32. */
export function hkdfExpand(engine: Hmac, pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks = Math.ceil(length / HASH_BYTES);
  if (blocks > 255) throw new RangeError("hkdfExpand: length is over 255 blocks");
  const out = new Uint8Array(blocks * HASH_BYTES);
  let previous: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < blocks; i++) {
    previous = engine.hmacSha256(pseudorandomKey, previous, info, Uint8Array.of(i + 1));
    out.set(previous, i * HASH_BYTES);
  }
  return out.subarray(0, length);
}
