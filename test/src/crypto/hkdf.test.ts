/** HKDF with SHA-256 against the vectors of RFC 5869. */
import { describe, expect, it } from "vitest";
import { toHex } from "../../../src/bytes.ts";
import { hkdfExpand, hkdfExtract } from "../../../src/crypto/hkdf.ts";
import { bothEngines } from "../../support/engines.ts";
import { hex } from "../../support/shared-vectors.ts";

describe.each(bothEngines())("HKDF, $name engine", (engine) => {
  it("gives what appendix A.1 says", () => {
    const key = hkdfExtract(engine, hex("000102030405060708090a0b0c"), hex("0b".repeat(22)));
    expect(toHex(key)).toBe("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    expect(toHex(hkdfExpand(engine, key, hex("f0f1f2f3f4f5f6f7f8f9"), 42))).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
  });

  it("takes an empty salt and an empty info as appendix A.3 does", () => {
    const key = hkdfExtract(engine, new Uint8Array(0), hex("0b".repeat(22)));
    expect(toHex(key)).toBe("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
    expect(toHex(hkdfExpand(engine, key, new Uint8Array(0), 42))).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });

  it("takes an input key in parts as one", () => {
    const salt = hex("00");
    expect(toHex(hkdfExtract(engine, salt, hex("0b0c"), hex("0d")))).toBe(
      toHex(hkdfExtract(engine, salt, hex("0b0c0d"))),
    );
  });

  it("gives no more than 255 blocks", () => {
    const key = new Uint8Array(32);
    expect(hkdfExpand(engine, key, key, 255 * 32)).toHaveLength(255 * 32);
    expect(() => hkdfExpand(engine, key, key, 255 * 32 + 1)).toThrow(RangeError);
  });
});
