/** Tokens that somebody has changed: by a bit, a byte, a part or a rule. */

import nacl from "tweetnacl";
import { describe, expect, it } from "vitest";
import { hkdfExpand, hkdfExtract } from "../../../src/crypto/hkdf.ts";
import { hpkeSeal } from "../../../src/crypto/hpke.ts";
import { keyIdBytes } from "../../../src/crypto/key-id-bytes.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { openPayload, sealPayload } from "../../../src/crypto/payload.ts";
import { wrapInfo } from "../../../src/crypto/seal-token.ts";
import { readStream } from "../../../src/format/stream.ts";
import { paddedLength, padme } from "../../../src/model/padding.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { contextHash, encodePrefix, parseToken } from "../../../src/model/token.ts";
import { bothEngines } from "../../support/engines.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";

const [native] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const suites: readonly Suite[] = ["x25519", "mlkem768x25519"];
const STANZA = { x25519: 16 + 32 + 48, mlkem768x25519: 16 + 1120 + 48 } as const;

function opens(token: string, ...keys: readonly ReturnType<typeof keyOf>[]): boolean {
  return openToken(native, new Keyring(keys), token, PLACE).ok;
}

describe.each(suites)("adversarial cases on the format, %s", (suite) => {
  const key = keyOf(native, suite);
  const token = tokenFor(native, key);
  const body = bodyOf(token);

  it("a flipped bit in any byte is refused", () => {
    for (let at = 0; at < body.length; at++) {
      const flipped = body.slice();
      (flipped[at] as number) ^= 1 << (at % 8);
      expect([at, opens(tokenOf(flipped), key)]).toEqual([at, false]);
    }
  });

  it("every truncation is refused", () => {
    for (let length = 0; length < token.length; length++)
      expect([length, opens(token.slice(0, length), key)]).toEqual([length, false]);
  });

  it("trailing bytes are refused", () => {
    for (const extra of [1, 2, 3, 16, 256])
      expect(opens(tokenOf(Buffer.concat([body, Buffer.alloc(extra)])), key)).toBe(false);
  });

  it("text that is not canonical is refused", () => {
    const tail = token.slice(-1);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const withTailBits = token.slice(0, -1) + alphabet[alphabet.indexOf(tail) ^ 1];
    const others = [
      `${token}=`,
      `${token}\n`,
      ` ${token}`,
      token.replace("lacre1", "Lacre1"),
      token.replaceAll("-", "+"),
      token.replaceAll("_", "/"),
    ];
    for (const text of [
      ...others,
      `${token.slice(0, 99)} ${token.slice(99)}`,
      `${token.slice(0, 99)}\r\n${token.slice(99)}`,
    ]) {
      expect(parseToken(text)).toBeUndefined();
    }
    // One bit of the last character is beyond the last byte unless the length is a multiple of three.
    if (body.length % 3 !== 0) expect(parseToken(withTailBits)).toBeUndefined();
    expect(parseToken(token)).toBeDefined();
  });

  it("unknown versions, suites, scopes and flags are refused", () => {
    const change = (at: number, value: number) => {
      const changed = body.slice();
      changed[at] = value;
      return parseToken(tokenOf(changed));
    };
    for (const version of [0, 2, 255]) expect(change(0, version)).toBeUndefined();
    for (const id of [0, 3, 255]) expect(change(1, id)).toBeUndefined();
    for (const scope of [0, 4, 255]) expect(change(2, scope)).toBeUndefined();
    for (const flags of [2, 4, 128, 3, 255]) expect(change(3, flags)).toBeUndefined();
  });

  it("no recipients, nine, and more than there are bytes are refused", () => {
    for (const count of [0, 9, 8, 255]) {
      const changed = body.slice();
      changed[44] = count;
      expect(parseToken(tokenOf(changed))).toBeUndefined();
    }
  });

  it("key ids that are twice there or descend are refused", () => {
    const other = keyOf(native, suite, 9);
    const two = bodyOf(tokenFor(native, key, { recipients: [key.publicKey, other.publicKey] }));
    const size = STANZA[suite];
    const [first, second] = [two.slice(45, 45 + size), two.slice(45 + size, 45 + 2 * size)];
    const put = (a: Uint8Array, b: Uint8Array) => Buffer.concat([two.slice(0, 45), a, b, two.slice(45 + 2 * size)]);
    expect(parseToken(tokenOf(put(first, second)))).toBeDefined();
    expect(parseToken(tokenOf(put(second, first)))).toBeUndefined();
    expect(parseToken(tokenOf(put(first, first)))).toBeUndefined();
  });

  it("a stanza removed or added makes the payload fail", () => {
    const other = keyOf(native, suite, 9);
    const two = bodyOf(tokenFor(native, key, { recipients: [key.publicKey, other.publicKey] }));
    const size = STANZA[suite];
    const rest = two.slice(45 + 2 * size);
    for (const at of [45, 45 + size]) {
      const one = tokenOf(Buffer.concat([two.slice(0, 44), Buffer.of(1), two.slice(at, at + size), rest]));
      expect(parseToken(one)).toBeDefined();
      expect(opens(one, key, other)).toBe(false);
    }
    const third = bodyOf(tokenFor(native, keyOf(native, suite, 11))).slice(45, 45 + size);
    const stanzas = [body.slice(45, 45 + size), third].sort(Buffer.compare);
    const added = tokenOf(Buffer.concat([body.slice(0, 44), Buffer.of(2), ...stanzas, body.slice(45 + size)]));
    expect(parseToken(added)).toBeDefined();
    expect(opens(added, key)).toBe(false);
  });

  it("a length that lies, padding that is not zero and padding that is not canonical are refused", () => {
    const header = parseToken(token)?.header ?? new Uint8Array();
    const dataKey = new Uint8Array(32).fill(3);
    const okm = hkdfExpand(
      native,
      hkdfExtract(native, native.sha256(header), dataKey),
      new TextEncoder().encode("lacre/v1/payload"),
      88,
    );
    const boxOf = (framed: Uint8Array) => ({
      header,
      commitment: okm.slice(56),
      box: nacl.secretbox(framed, okm.slice(32, 56), okm.slice(0, 32)),
    });
    const framed = (length: number, size: number, fill = 0) => {
      const bytes = new Uint8Array(size);
      new DataView(bytes.buffer).setUint32(0, length);
      bytes[size - 1] = fill;
      return bytes;
    };
    expect(openPayload(native, dataKey, boxOf(framed(5, 256)))).toEqual(new Uint8Array(5));
    expect(openPayload(native, dataKey, boxOf(framed(253, 256)))).toBeUndefined();
    expect(openPayload(native, dataKey, boxOf(framed(0xffffffff, 256)))).toBeUndefined();
    expect(openPayload(native, dataKey, boxOf(framed(5, 256, 1)))).toBeUndefined();
    expect(openPayload(native, dataKey, boxOf(framed(5, 272)))).toBeUndefined();
    expect(openPayload(native, dataKey, boxOf(framed(260, 272)))).toEqual(new Uint8Array(260));
  });

  it("a wrong commitment is refused although the box is right", () => {
    const header = parseToken(token)?.header ?? new Uint8Array();
    const dataKey = new Uint8Array(32).fill(3);
    const sealed = sealPayload(native, dataKey, header, new Uint8Array(5));
    const parts = { header, commitment: sealed.slice(0, 32), box: sealed.slice(32) };
    expect(openPayload(native, dataKey, parts)).toEqual(new Uint8Array(5));
    (parts.commitment[31] as number) ^= 1;
    expect(openPayload(native, dataKey, parts)).toBeUndefined();
  });

  it("of two stanzas that wrap different data keys, at most one opens", () => {
    const keys = [key, keyOf(native, suite, 9)].sort((a, b) => (a.publicKey.keyId < b.publicKey.keyId ? -1 : 1));
    const prefix = encodePrefix({
      suite,
      scope: "strict",
      signed: false,
      sealedAt: 1n,
      contextHash: contextHash(native.sha256, "strict", PLACE),
    });
    const dataKeys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
    const stanzas = keys.map(({ publicKey }, index) => {
      const keyId = keyIdBytes(publicKey.keyId);
      const { enc, ciphertext } = hpkeSeal(native, publicKey, wrapInfo(prefix, keyId), dataKeys[index] as Uint8Array);
      return Buffer.concat([keyId, enc, ciphertext]);
    });
    const header = Buffer.concat([prefix, Buffer.of(2), ...stanzas]);
    const forged = tokenOf(Buffer.concat([header, sealPayload(native, dataKeys[0], header, new Uint8Array(5))]));
    expect(keys.map((one) => opens(forged, one))).toEqual([true, false]);
  });

  it("empty values, the edges of the floor and the largest value come back as they were", () => {
    for (const length of [0, 1, 251, 252, 253, 4096, 512 * 1024]) {
      const value = new Uint8Array(length).fill(0xa5);
      const opened = openToken(native, new Keyring([key]), tokenFor(native, key, { value }), PLACE);
      expect([length, opened.ok && Buffer.compare(opened.value, value)]).toEqual([length, 0]);
    }
    expect(() => tokenFor(native, key, { value: new Uint8Array(512 * 1024 + 1) })).toThrow(/over 512 KiB/);
  });
});

describe("adversarial cases that are not about one suite", () => {
  it("a token whose suite byte was changed does not open with the hybrid key", () => {
    const key = keyOf(native, "mlkem768x25519");
    const downgraded = bodyOf(tokenFor(native, key));
    downgraded[1] = 1;
    expect(opens(tokenOf(downgraded), key)).toBe(false);
  });

  it("texts of 800 kB, of 10 MB and of a hundred thousand entries are refused or read in bounded time", () => {
    expect(parseToken(`lacre1.${"A".repeat(800_000)}`)).toBeUndefined();
    expect(parseToken(`lacre1.${"A".repeat(10_000_000)}`)).toBeUndefined();
    const entries = Array.from({ length: 100_000 }, (_, index) => `    k${index}: { sealed: x }`).join("\n");
    const text = `apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: { name: a }\nspec:\n  entries:\n${entries}\n`;
    const [object] = readStream({ path: "big.yaml", text, bom: false });
    expect(object?.kind === "sealed" && object.sealed.entries.size).toBe(100_000);
  });

  it("padding lies on the grid of the format", () => {
    expect([0, 252, 253, 268, 1700, 3300].map(paddedLength)).toEqual([256, 256, 272, 272, 1728, 3328]);
    for (let length = 0; length < 70_000; length += 7) expect(padme(paddedLength(length))).toBe(paddedLength(length));
  });
});
