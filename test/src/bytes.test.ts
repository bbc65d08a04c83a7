import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, fromBase64url, plainBase64url, toBase64, toBase64url, toHex } from "../../src/bytes.ts";

const bytes = fc.uint8Array({ maxLength: 300 });

describe("base64", () => {
  it("with and without Node's help gives the same text and the same bytes", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toBase64url(value);
        expect(plainBase64url.encode(value)).toBe(text);
        expect(toHex(fromBase64url(text) ?? new Uint8Array(1))).toBe(toHex(value));
        expect(toHex(plainBase64url.decode(text) ?? new Uint8Array(1))).toBe(toHex(value));
      }),
    );
  });

  it("with and without Node's help the same texts are refused", () => {
    const near = fc.string({ unit: fc.constantFrom(..."AZaz09-_+/= \n\u00e9"), maxLength: 12 });
    fc.assert(
      fc.property(near, (text) => {
        const [fast, plain] = [fromBase64url(text), plainBase64url.decode(text)];
        expect(fast && toHex(fast)).toBe(plain && toHex(plain));
      }),
      { numRuns: 2000 },
    );
    for (const text of ["A", "AA=", "AB", "A A", "AA\n", "+/"]) expect(fromBase64url(text)).toBeUndefined();
  });

  it("of a Secret's data is padded, may be wrapped, and is strict otherwise", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toBase64(value)).toBe(Buffer.from(value).toString("base64"));
        expect(toHex(fromBase64(toBase64(value)) ?? new Uint8Array(1))).toBe(toHex(value));
      }),
    );
    expect(toHex(fromBase64("aGVs\nbG8=\n") ?? new Uint8Array())).toBe("68656c6c6f");
    for (const text of ["aGVsbG8", "aGVsbG9=", "a===", "aGVs bG8="]) expect(fromBase64(text)).toBeUndefined();
  });
});
