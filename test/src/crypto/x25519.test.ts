/** Which writing of an X25519 key is its owner's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalX25519, isCanonicalX25519 } from "../../../src/crypto/x25519.ts";

const P = 2n ** 255n - 19n;

/** 32 bytes, the least significant first. */
function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

describe("a public key of X25519", () => {
  it("is canonical below the modulus and nowhere else", () => {
    for (const value of [0n, 1n, 9n, P - 1n, 2n ** 254n])
      expect([value, isCanonicalX25519(bytesOf(value))]).toEqual([value, true]);
    for (const value of [P, P + 1n, P + 18n, 2n ** 255n, 2n ** 255n + 9n, 2n ** 256n - 1n])
      expect([value, isCanonicalX25519(bytesOf(value))]).toEqual([value, false]);
  });

  it("has one writing, which its top bit and the modulus are taken from", () => {
    const near = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      fc.bigInt({ min: P - 20n, max: P + 40n }),
      fc.bigInt({ min: P + 2n ** 255n - 20n, max: 2n ** 256n - 1n }),
    );
    fc.assert(
      fc.property(near, (value) => {
        const canonical = canonicalX25519(bytesOf(value));
        expect(numberOf(canonical)).toBe((value % 2n ** 255n) % P);
        expect(isCanonicalX25519(canonical)).toBe(true);
        expect(isCanonicalX25519(bytesOf(value))).toBe(value < P);
      }),
    );
  });

  it("is not changed by the question", () => {
    const key = bytesOf(P + 3n);
    canonicalX25519(key);
    expect(numberOf(key)).toBe(P + 3n);
  });
});
