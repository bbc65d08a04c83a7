/** Bytes into keys: what is not safe to seal to, or is another writing of somebody's key, is refused. */
import { describe, expect, it } from "vitest";
import { generateKey, importPrivateKey, importPublicKey } from "../../../src/crypto/key-import.ts";
import { SUITE_NAMES, SUITES } from "../../../src/model/suite.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];

describe.each(SUITE_NAMES)("a public key of %s", (suite) => {
  const { bytes, keyId } = keyOf(engine, suite).publicKey;
  const { x25519Offset, publicKeyBytes } = SUITES[suite];
  const refusal = (of: Uint8Array) => refusalOf(() => importPublicKey(engine, suite, of));
  /** The key with another X25519 part. */
  const withX25519 = (part: Uint8Array) => {
    const copy = bytes.slice();
    copy.set(part, x25519Offset);
    return copy;
  };

  it("has the same id wherever it comes from, on both engines", () => {
    for (const one of bothEngines()) expect(importPublicKey(one, suite, bytes)).toEqual({ suite, bytes, keyId });
  });

  it.each([0, 31, publicKeyBytes - 1, publicKeyBytes + 1])(
    "of %d bytes is refused, and told to be copied whole",
    (length) => {
      const cut = new Uint8Array(length);
      cut.set(bytes.subarray(0, length));
      expect(refusal(cut)).toMatchObject({
        code: "KEY_INVALID",
        message: `a ${suite} public key has ${publicKeyBytes} bytes, not ${length}`,
        hint: expect.stringContaining("copy the whole line again"),
      });
    },
  );

  it.each([
    ["0", Uint8Array.of(0)],
    ["1", Uint8Array.of(1)],
    ["the modulus", Uint8Array.of(0xed, ...new Uint8Array(30).fill(0xff), 0x7f)],
  ])("whose point is %s is not safe: everybody knows what it agrees on", (_what, point) => {
    const part = new Uint8Array(32);
    part.set(point);
    expect(refusal(withX25519(part))).toMatchObject({
      code: "KEY_INVALID",
      message: `this ${suite} public key is not safe to seal to`,
    });
  });

  it("with its top bit set is another writing of it, whose owner is named by id", () => {
    const part = bytes.slice(x25519Offset, x25519Offset + 32);
    part.set([(part[31] as number) | 0x80], 31);
    const { code, message } = refusal(withX25519(part));
    expect(code).toBe("KEY_INVALID");
    expect(message).toContain(`is another writing of the key ${keyId.slice(0, 8)}: `);
  });

  it("is one that its private key derives", () => {
    const seed = new Uint8Array(32).fill(3);
    expect(importPrivateKey(engine, suite, seed).publicKey).toEqual(
      importPublicKey(engine, suite, engine.publicKeyOf(suite, seed)),
    );
  });
});

it("a hybrid key with a number beyond the modulus of ML-KEM is not safe", () => {
  const { bytes } = keyOf(engine, "mlkem768x25519").publicKey;
  const overflown = bytes.slice();
  overflown.set([0xff, 0xff, 0xff], 0);
  for (const one of bothEngines())
    expect(refusalOf(() => importPublicKey(one, "mlkem768x25519", overflown)).message).toContain("not safe to seal to");
});

describe.each(SUITE_NAMES)("a private key of %s", (suite) => {
  it.each([0, 31, 33, 64])("of %d bytes is refused, and its bytes are not told", (length) => {
    const refusal = refusalOf(() => importPrivateKey(engine, suite, new Uint8Array(length).fill(0xab)));
    expect(refusal).toMatchObject({ code: "KEY_INVALID", message: "a private key has 32 bytes" });
  });

  it("is made of the engine's randomness, 32 bytes of it", () => {
    expect([...generateKey(countingEngine(), suite).seed()]).toEqual(Array.from({ length: 32 }, (_, at) => at));
  });

  it("takes its seed over: a wiped key leaves none behind", () => {
    const seed = new Uint8Array(32).fill(5);
    importPrivateKey(engine, suite, seed).wipe();
    expect(seed.every((byte) => byte === 0)).toBe(true);
  });
});

it("the suites of one seed have ids of their own", () => {
  expect(new Set(SUITE_NAMES.map((suite) => keyOf(engine, suite).publicKey.keyId)).size).toBe(SUITE_NAMES.length);
});
