/** What both engines need to know about ML-KEM-768 (FIPS 203). */

/** Length of an ML-KEM-768 public key, in bytes. */
export const MLKEM_PUBLIC_KEY_BYTES = 1184;
/** Length of an ML-KEM-768 ciphertext, in bytes. */
export const MLKEM_CIPHERTEXT_BYTES = 1088;

const MODULUS = 3329;
const COEFFICIENT_BYTES = 1152;

/** FIPS 203, section 7.2, the encapsulation key check: every 12-bit coefficient is below the modulus. */
export function isMlKemPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== MLKEM_PUBLIC_KEY_BYTES) return false;
  for (let i = 0; i < COEFFICIENT_BYTES; i += 3) {
    const [a, b, c] = publicKey.subarray(i, i + 3) as unknown as [number, number, number];
    if ((a | ((b & 0x0f) << 8)) >= MODULUS || ((b >> 4) | (c << 4)) >= MODULUS) return false;
  }
  return true;
}
