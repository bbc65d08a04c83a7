/** Which of the keys that a controller holds open what. */
import { describe, expect, it } from "vitest";
import { openingOf } from "../../../controller/keys/held-keys.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import type { HeldKey, HeldState } from "../../../src/keys/index.ts";
import { keyOf } from "../../support/tokens.ts";

const held = (fill: number, state: HeldState): HeldKey => {
  const privateKey = keyOf(engine, "x25519", fill);
  const times = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
  return { publicKey: privateKey.publicKey, privateKey, state, ...times };
};
const id = (fill: number) => keyOf(engine, "x25519", fill).publicKey.keyId;

describe("which keys open", () => {
  const keys = [held(1, "active"), held(2, "decrypt-only"), held(3, "pending"), held(4, "compromised")];
  it("active, old and waiting ones; compromised ones only when told to", () => {
    expect(openingOf(keys, { openCompromised: false }).keyring.keyIds()).toEqual([1, 2, 3].map(id));
    expect([...openingOf(keys, { openCompromised: false }).retired]).toEqual([id(4)]);
    expect(openingOf(keys, { openCompromised: true }).keyring.keyIds()).toEqual([1, 2, 3, 4].map(id));
  });
  it("a destroyed key stays destroyed, whoever brings a copy of it back", () => {
    const { privateKey: _gone, ...destroyed } = held(1, "destroyed");
    const { keyring, retired } = openingOf([held(1, "active"), destroyed, held(2, "active")], {
      openCompromised: true,
    });
    expect([keyring.keyIds(), [...retired]]).toEqual([[id(2)], [id(1), id(1)].slice(0, 1)]);
  });
});
