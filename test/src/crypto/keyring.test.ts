/** The private keys that are held. */
import { expect, it } from "vitest";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const [one, two, stranger] = [1, 2, 3].map((fill) => keyOf(engine, "x25519", fill)) as [
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
];

it("a key is found by its id, and one that is not held is not", () => {
  const ring = new Keyring([one, two]);
  expect(ring.keyIds()).toEqual([one.publicKey.keyId, two.publicKey.keyId]);
  expect(ring.find(two.publicKey.keyId)).toBe(two);
  expect(ring.find(stranger.publicKey.keyId)).toBeUndefined();
  expect(new Keyring([]).keyIds()).toEqual([]);
});

it("a key that is brought twice is held once", () => {
  expect(new Keyring([one, one]).keyIds()).toHaveLength(1);
});

it("wiping overwrites every seed", () => {
  const held = [keyOf(engine, "x25519", 4), keyOf(engine, "x25519", 5)];
  new Keyring(held).wipe();
  expect(held.flatMap((key) => [...key.seed()]).every((byte) => byte === 0)).toBe(true);
});
