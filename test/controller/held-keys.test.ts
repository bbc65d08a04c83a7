import { describe, expect, it } from "vitest";
import { openingOf } from "../../controller/keys/held-keys.ts";
import { answersOf, openRequests, orderOf } from "../../controller/keys/key-requests.ts";
import { portableEngine as engine } from "../../src/crypto/engine-portable.ts";
import type { HeldKey, HeldState, KeyId } from "../../src/index.ts";
import { keyOf } from "../support/tokens.ts";

const held = (fill: number, state: HeldState): HeldKey => {
  const privateKey = keyOf(engine, "x25519", fill);
  const times = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
  return { publicKey: privateKey.publicKey, privateKey, state, ...times };
};
const id = (fill: number) => keyOf(engine, "x25519", fill).publicKey.keyId;

describe("which keys open", () => {
  const keys = [held(1, "active"), held(2, "decrypt-only"), held(3, "pending"), held(4, "compromised")];
  it("active, old and waiting ones; compromised ones only when told to", () => {
    expect(openingOf(keys, false).keyring.keyIds()).toEqual([1, 2, 3].map(id));
    expect([...openingOf(keys, false).retired]).toEqual([id(4)]);
    expect(openingOf(keys, true).keyring.keyIds()).toEqual([1, 2, 3, 4].map(id));
  });
  it("a destroyed key stays destroyed, whoever brings a copy of it back", () => {
    const { privateKey: _gone, ...destroyed } = held(1, "destroyed");
    const { keyring, retired } = openingOf([held(1, "active"), destroyed, held(2, "active")], true);
    expect([keyring.keyIds(), [...retired]]).toEqual([[id(2)], [id(1), id(1)].slice(0, 1)]);
  });
});

describe("requests about keys", () => {
  const keyId = "ab".repeat(16) as KeyId;
  it("are open until they are answered, and an order is read only as lacre writes it", () => {
    const annotations = {
      "lacre.dev/rotate-requested": "t1",
      "lacre.dev/rotate-handled": "t1",
      "lacre.dev/destroy-requested": `${keyId} t2 force`,
      "lacre.dev/compromised-requested": `${keyId.slice(1)} t3`,
    };
    const open = openRequests(annotations);
    expect(open.map(({ name }) => name)).toEqual(["compromised", "destroy"]);
    expect(open.map(orderOf)).toEqual([undefined, { kind: "destroy", keyId, force: true }]);
    const [first] = open;
    const answers = answersOf(annotations, new Map(first === undefined ? [] : [[first, "refused: no"]]));
    expect(answers).toEqual({
      "lacre.dev/rotate-handled": "t1",
      "lacre.dev/compromised-handled": `${keyId.slice(1)} t3`,
      "lacre.dev/compromised-answer": "refused: no",
    });
    expect(openRequests({ ...annotations, ...answers }).map(({ name }) => name)).toEqual(["destroy"]);
  });
});
