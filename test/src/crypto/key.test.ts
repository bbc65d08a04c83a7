/** Key pairs: which are taken, and what a private one shows of itself. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { generateKey, importPrivateKey, importPublicKey } from "../../../src/crypto/key-import.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf } from "../../support/tokens.ts";

const suites: readonly Suite[] = ["x25519", "mlkem768x25519"];
const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];

describe.each(suites)("a key pair of %s", (suite) => {
  const key = keyOf(engine, suite);

  it("has the same id for its public key wherever that comes from", () => {
    expect(importPublicKey(engine, suite, key.publicKey.bytes)).toEqual(key.publicKey);
  });

  it("of another length is refused, and told to be copied whole", () => {
    for (const bytes of [key.publicKey.bytes.slice(1), new Uint8Array([...key.publicKey.bytes, 0]), new Uint8Array(0)])
      expect(refusalOf(() => importPublicKey(engine, suite, bytes))).toMatchObject({
        code: "KEY_INVALID",
        hint: expect.stringContaining("copy the whole line again"),
      });
    for (const length of [0, 31, 33, 64])
      expect(refusalOf(() => importPrivateKey(engine, suite, new Uint8Array(length))).code).toBe("KEY_INVALID");
  });

  it("shows its id and never its seed", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, at) => 0xa0 + at);
    const held = importPrivateKey(engine, suite, seed);
    const shown = [JSON.stringify({ held }), inspect(held, { depth: 9, showHidden: true }), String(held)].join();
    expect(shown).toContain(held.publicKey.keyId.slice(0, 8));
    const bytes = Buffer.from(seed);
    for (const form of [bytes.toString("hex"), bytes.toString("base64url"), bytes.toString("base64"), "160, 161"])
      expect(shown).not.toContain(form);
  });

  it("is made of the engine's randomness, 32 bytes of it", () => {
    expect([...generateKey(countingEngine(), suite).seed()]).toEqual(Array.from({ length: 32 }, (_, at) => at));
  });

  it("that is wiped has no seed any more", () => {
    const held = keyOf(engine, suite);
    held.wipe();
    expect(held.seed().every((byte) => byte === 0)).toBe(true);
  });
});

it("the two suites of one seed have different ids", () => {
  expect(keyOf(engine, "x25519").publicKey.keyId).not.toBe(keyOf(engine, "mlkem768x25519").publicKey.keyId);
});
