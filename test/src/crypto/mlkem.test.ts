/** The check of an ML-KEM-768 encapsulation key, FIPS 203, section 7.2. */
import { expect, it } from "vitest";
import { isMlKemPublicKey, MLKEM_PUBLIC_KEY_BYTES } from "../../../src/crypto/mlkem.ts";

const MODULUS = 3329;

/** A key with two coefficients in its first three bytes. */
function keyWith(first: number, second: number): Uint8Array {
  const key = new Uint8Array(MLKEM_PUBLIC_KEY_BYTES);
  key.set([first & 0xff, (first >> 8) | ((second & 0x0f) << 4), second >> 4]);
  return key;
}

it("every coefficient of a key is below the modulus, both of three bytes", () => {
  expect(isMlKemPublicKey(keyWith(MODULUS - 1, MODULUS - 1))).toBe(true);
  expect(isMlKemPublicKey(keyWith(MODULUS, 0))).toBe(false);
  expect(isMlKemPublicKey(keyWith(0, MODULUS))).toBe(false);
  expect(isMlKemPublicKey(keyWith(4095, 4095))).toBe(false);
});

it("the last coefficient counts, and the seed behind it may be anything", () => {
  const key = new Uint8Array(MLKEM_PUBLIC_KEY_BYTES).fill(0xff, 1152);
  expect(isMlKemPublicKey(key)).toBe(true);
  key[1151] = 0xff;
  expect(isMlKemPublicKey(key)).toBe(false);
});

it("a key has its length", () => {
  for (const length of [0, MLKEM_PUBLIC_KEY_BYTES - 1, MLKEM_PUBLIC_KEY_BYTES + 1])
    expect([length, isMlKemPublicKey(new Uint8Array(length))]).toEqual([length, false]);
});
