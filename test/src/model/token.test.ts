/** A token as text: what of it is read without any key, and each rule of its shape, broken alone. */
import { describe, expect, it } from "vitest";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { createSealer } from "../../../src/crypto/signature.ts";
import type { Scope } from "../../../src/model/context.ts";
import { MAX_TOKEN_CHARACTERS } from "../../../src/model/limits.ts";
import type { Suite } from "../../../src/model/suite.ts";
import {
  contextHash,
  encodePrefix,
  formatToken,
  parseToken,
  sealedAtDate,
  signedMessage,
  type Token,
  unsignedBody,
} from "../../../src/model/token.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";

const { sha256 } = engine;
const [one, other] = [keyOf(engine, "x25519", 1), keyOf(engine, "x25519", 2)];
const sealer = createSealer(engine, new Uint8Array(32).fill(9));
const both = [one.publicKey, other.publicKey];
const STANZA_BYTES = 16 + 32 + 48;
const parsed = (text: string) => parseToken(text) as Token;

/** The body of a token after an edit. */
function changed(text: string, edit: (body: Uint8Array) => Uint8Array): string {
  return tokenOf(edit(bodyOf(text)));
}

const set = (at: number, byte: number) => (body: Uint8Array) => body.fill(byte, at, at + 1);

describe("a token", () => {
  it.each([
    ["x25519", "strict", 32],
    ["mlkem768x25519", "namespace", 1120],
    ["x25519", "cluster", 32],
  ] as const)("of %s and the scope %s says so to everybody", (suite: Suite, scope: Scope, encBytes) => {
    const key = keyOf(engine, suite);
    const token = parsed(tokenFor(engine, key, { scope, sealedAt: 2n ** 40n }));
    expect(token).toMatchObject({ suite, scope, sealedAt: 2n ** 40n });
    expect(token.stanzas.map(({ keyId, enc, wrapped }) => [keyId, enc.length, wrapped.length])).toEqual([
      [key.publicKey.keyId, encBytes, 48],
    ]);
    expect(token.commitment).toHaveLength(32);
    expect(token.box).toHaveLength(16 + 256);
    expect([...token.contextHash]).toEqual([...contextHash(sha256, scope, PLACE)]);
    expect(token).not.toHaveProperty("signature");
  });

  it("is made of its parts and nothing else, signed or not", () => {
    for (const how of [{}, { sealer }, { recipients: both, sealer }]) {
      const token = parsed(tokenFor(engine, one, how));
      const parts = [token.header, token.commitment, token.box, token.signature?.bytes ?? new Uint8Array()];
      expect(Buffer.concat(parts).equals(token.body)).toBe(true);
      expect(Buffer.from(token.header.subarray(0, 44)).equals(token.prefix)).toBe(true);
    }
  });

  it("names who signed it, and what was signed is all but the signature", () => {
    const token = parsed(tokenFor(engine, one, { sealer }));
    expect([token.signature?.sealerKeyId, token.signature?.bytes.length]).toEqual([sealer.keyId, 64]);
    expect(unsignedBody(token)).toHaveLength(token.body.length - 64);
    const message = signedMessage(sha256, unsignedBody(token));
    expect(Buffer.from(message).subarray(0, -32).toString()).toBe("lacre/v1/sig\0");
    expect(
      engine.isSigned(engine.signingKeyOf(new Uint8Array(32).fill(9)), message, token.signature?.bytes as Uint8Array),
    ).toBe(true);
    const unsigned = parsed(tokenFor(engine, one));
    expect(unsignedBody(unsigned)).toBe(unsigned.body);
  });

  it("is written again as it was read", () => {
    const text = tokenFor(engine, one, { recipients: both });
    expect(formatToken(parsed(text).body)).toBe(text);
  });

  it.each([
    [0n, "1970-01-01T00:00:00.000Z"],
    [1_790_000_000n, "2026-09-21T14:13:20.000Z"],
    [8_640_000_000_000n, "+275760-09-13T00:00:00.000Z"],
    [8_640_000_000_001n, undefined],
    [2n ** 64n - 1n, undefined],
  ])("of the second %s was sealed at %s", (sealedAt, time) => {
    expect(sealedAtDate(parsed(tokenFor(engine, one, { sealedAt })))?.toISOString()).toBe(time);
  });
});

describe("a text is no token", () => {
  const text = tokenFor(engine, one);
  const two = tokenFor(engine, one, { recipients: both });
  const stanza = (body: Uint8Array, at: number) => body.slice(45 + at * STANZA_BYTES, 45 + (at + 1) * STANZA_BYTES);

  const BROKEN: readonly (readonly [string, string])[] = [
    ["that is empty", ""],
    ["without the prefix", text.slice("lacre1.".length)],
    ["of another version's prefix", text.replace("lacre1.", "lacre2.")],
    ["with nothing behind the prefix", "lacre1."],
    ["with a space behind it", `${text} `],
    ["with a line end in it", `${text.slice(0, 50)}\n${text.slice(50)}`],
    ["in the other base64", `${text.slice(0, -1)}+`],
    ["with padding of base64", `${text}=`],
    ["that is too long to be one", `${text}${"A".repeat(MAX_TOKEN_CHARACTERS)}`],
    ["of its first 44 bytes", tokenOf(bodyOf(text).subarray(0, 44))],
    ["of its first 45 bytes", tokenOf(bodyOf(text).subarray(0, 45))],
    ["of version 0", changed(text, set(0, 0))],
    ["of version 2", changed(text, set(0, 2))],
    ["of no suite", changed(text, set(1, 0))],
    ["of a suite that is not known", changed(text, set(1, 3))],
    ["of another suite than its keys", changed(text, set(1, 2))],
    ["of no scope", changed(text, set(2, 0))],
    ["of a scope that is not known", changed(text, set(2, 4))],
    ["with a flag that is not known", changed(text, set(3, 2))],
    ["with a known flag and one that is not", changed(tokenFor(engine, one, { sealer }), set(3, 0x81))],
    ["that says that it is signed, and is not", changed(text, set(3, 1))],
    ["for nobody", changed(text, set(44, 0))],
    ["for one more than it has", changed(text, set(44, 2))],
    ["for nine", changed(text, set(44, 9))],
    [
      "whose recipients are not in order",
      changed(two, (body) =>
        Buffer.concat([body.subarray(0, 45), stanza(body, 1), stanza(body, 0), body.subarray(45 + 2 * STANZA_BYTES)]),
      ),
    ],
    [
      "with a recipient that is there twice",
      changed(two, (body) =>
        Buffer.concat([body.subarray(0, 45), stanza(body, 0), stanza(body, 0), body.subarray(45 + 2 * STANZA_BYTES)]),
      ),
    ],
    ["with a byte less", changed(text, (body) => body.subarray(0, -1))],
    ["with a byte more", changed(text, (body) => Buffer.concat([body, Uint8Array.of(0)]))],
    ["with less than the least padding", changed(text, (body) => body.subarray(0, -16))],
  ];

  it.each(BROKEN)("%s", (_what, broken) => {
    expect(parseToken(broken) === undefined).toBe(true);
  });

  it("at any length that its padding does not have", () => {
    const body = bodyOf(text);
    const sound = Array.from({ length: 64 }, (_, more) => more).filter(
      (more) => parseToken(tokenOf(Buffer.concat([body, Buffer.alloc(more)]))) !== undefined,
    );
    expect(sound).toEqual([0, 16, 32, 48]);
  });
});

describe("the first bytes of a token", () => {
  it("are the version, suite, scope, flags, time and place, in this order", () => {
    const hash = new Uint8Array(32).fill(0xcc);
    const prefix = encodePrefix({
      suite: "mlkem768x25519",
      scope: "cluster",
      signed: true,
      sealedAt: 0x0102n,
      contextHash: hash,
    });
    expect(Buffer.from(prefix).toString("hex")).toBe(`01020301${"0".repeat(12)}0102${"cc".repeat(32)}`);
  });
});

describe("the hash of a place", () => {
  const hash = (scope: Scope, place: Partial<typeof PLACE | Record<keyof typeof PLACE, string>>) =>
    Buffer.from(contextHash(sha256, scope, { ...PLACE, ...place })).toString("hex");

  it.each([
    ["strict", true, true, true],
    ["namespace", true, false, true],
    ["cluster", false, false, true],
  ] as const)("under the scope %s tells namespaces apart: %s, names: %s, keys: %s", (scope, namespace, name, key) => {
    const differs = (place: Partial<Record<keyof typeof PLACE, string>>) => hash(scope, place) !== hash(scope, {});
    expect([differs({ namespace: "x" }), differs({ name: "x" }), differs({ key: "x" })]).toEqual([
      namespace,
      name,
      key,
    ]);
  });

  it("tells scopes apart, and where one part ends and the next begins", () => {
    const empty = { namespace: "", name: "" };
    expect(new Set([hash("strict", empty), hash("namespace", empty), hash("cluster", empty)]).size).toBe(3);
    expect(hash("strict", { namespace: "ab", name: "c" })).not.toBe(hash("strict", { namespace: "a", name: "bc" }));
    expect(hash("strict", { name: "a", key: "bc" })).not.toBe(hash("strict", { name: "ab", key: "c" }));
  });
});
