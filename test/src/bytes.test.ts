/** Bytes and their text forms. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareBytes,
  concat,
  fromBase64,
  fromBase64url,
  fromUtf8,
  isWellFormed,
  plainBase64url,
  sameBytes,
  secretBytes,
  toBase64,
  toBase64url,
  toHex,
  u32be,
  utf8,
  wipe,
} from "../../src/bytes.ts";

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

describe("text as bytes", () => {
  it("comes back as it was, with a byte order mark too, and bytes that are no text are none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(utf8("\uFEFFa"))).toBe("\uFEFFa");
    for (const broken of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
      expect([broken, fromUtf8(Uint8Array.from(broken))]).toEqual([broken, undefined]);
  });

  it("is well formed without halves of a character: two of them could share one encoding", () => {
    expect(["", "a\u{1f511}"].every(isWellFormed)).toBe(true);
    expect(["\ud83d", "\udd11", "a\ud83db", "\udd11\ud83d"].some(isWellFormed)).toBe(false);
  });
});

describe("bytes", () => {
  it("are put together in their order, into an array of their own", () => {
    const parts = [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)];
    const all = concat(...parts);
    expect([...all]).toEqual([1, 2, 3]);
    (parts[0] as Uint8Array)[0] = 9;
    expect(all[0]).toBe(1);
    expect(concat()).toHaveLength(0);
  });

  it("are the same when nothing differs, and ordered as numbers by the first that does", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(sameBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
    expect([
      sameBytes(Uint8Array.of(1), Uint8Array.of(1, 0)),
      compareBytes(Uint8Array.of(255), Uint8Array.of(1, 0)),
    ]).toEqual([false, 254]);
  });

  it("of a length are four, the highest first", () => {
    expect([...u32be(0x01020304)]).toEqual([1, 2, 3, 4]);
    expect(toHex(u32be(0xffffffff))).toBe("ffffffff");
  });

  it("that are wiped are zeros, and what is not there is passed by", () => {
    const secret = Uint8Array.of(1, 2);
    wipe(secret, undefined);
    expect([...secret]).toEqual([0, 0]);
  });

  it("that hold a secret lie outside of what the runtime moves, whatever their length, and have that length", () => {
    const isOutside = (held: Uint8Array) => held.buffer.byteLength > 64;
    for (const length of [0, 1, 31, 64, 65, 1000])
      expect([secretBytes(length).length, isOutside(secretBytes(length))]).toEqual([length, true]);
    expect(isOutside(fromBase64("AAEC") as Uint8Array)).toBe(true);
  });
});
