/** What both engines need to know about X25519 public keys (RFC 7748). */

const LAST = 31;

/**
 * False for 32 bytes that X25519 would reduce first: the top bit set, or a number of at least 2^255 - 19. Such a writing of a
 * key has another key id than its owner derives, so that nothing sealed for it could ever be opened.
 */
export function isCanonicalX25519(publicKey: Uint8Array): boolean {
  const last = publicKey[LAST] as number;
  if (last > 0x7f) return false;
  if (last < 0x7f || (publicKey[0] as number) < 0xed) return true;
  return publicKey.subarray(1, LAST).some((byte) => byte !== 0xff);
}

/** The writing that the owner of such a key has: its top bit cleared, and reduced. */
export function canonicalX25519(publicKey: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(publicKey);
  copy[LAST] = (copy[LAST] as number) & 0x7f;
  if (isCanonicalX25519(copy)) return copy;
  // Between p and p + 18: all but the first byte are those of p.
  const rest = (copy[0] as number) - 0xed;
  return copy.fill(0).fill(rest, 0, 1);
}
