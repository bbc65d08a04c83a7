import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { type Entry, entryOf, Slot } from "../../../src/model/entry.ts";
import { DEFAULT_POLICY, type SealedSecret } from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../src/model/secret.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { openSecret } from "../../../src/seal/open.ts";
import { pickSlots } from "../../../src/seal/pick.ts";
import { resealSecret, staleEntries } from "../../../src/seal/reseal.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const [staging, production, newest] = [1, 2, 3].map((fill) => keyOf(engine, "mlkem768x25519", fill)) as [
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
];
const slots: Entry = [
  new Slot(tokenFor(engine, staging), "staging"),
  new Slot(tokenFor(engine, production), "production"),
];
const sealed = (entry: Entry): SealedSecret => ({
  namespace: PLACE.namespace,
  name: PLACE.name,
  labels: new Map(),
  annotations: new Map(),
  shape: PLAIN_SHAPE,
  policy: DEFAULT_POLICY,
  entries: new Map([[PLACE.key, entry]]),
});
const picked = (entry: Entry, ...keys: readonly ReturnType<typeof keyOf>[]) => {
  const { slots: found, ambiguous } = pickSlots(engine, new Keyring(keys), sealed(entry));
  return [found.get(PLACE.key)?.environment, ambiguous];
};

describe("of an entry with values for several environments", () => {
  it("the one counts whose key is held", () => {
    expect(picked(slots, staging)).toEqual(["staging", []]);
    expect(picked(slots, production)).toEqual(["production", []]);
  });

  it("two that open are an error and no guess, also for who opens", () => {
    expect(picked(slots, staging, production)).toEqual(["staging", [PLACE.key]]);
    expect(openSecret(engine, new Keyring([staging, production]), sealed(slots))).toMatchObject({
      ok: false,
      failures: [{ key: PLACE.key, reason: "ambiguous" }],
    });
  });

  it("one that was sealed for another place does not count", () => {
    const moved = new Slot(tokenFor(engine, production, { place: { ...PLACE, name: "other" } }), "production");
    expect(picked([slots[0], moved], staging, production)).toEqual(["staging", []]);
  });

  it("none that fits leaves the first, and opening says what is wrong with it", () => {
    expect(picked(slots, newest)).toEqual(["staging", []]);
    expect(openSecret(engine, new Keyring([newest]), sealed(slots))).toMatchObject({
      ok: false,
      failures: [{ reason: "unknown-key", keyIds: [staging.publicKey.keyId] }],
    });
  });

  it("the held one opens", () => {
    const opened = openSecret(engine, new Keyring([production]), sealed(slots));
    expect(opened.ok && Buffer.from(opened.secret.values.get(PLACE.key) ?? []).toString()).toBe("correct horse");
  });
});

describe("resealing", () => {
  const targets = { recipients: [newest.publicKey], replaced: new Set([staging.publicKey.keyId]) };

  it("moves an entry of one value", () => {
    const plain = sealed(entryOf(tokenFor(engine, staging)));
    expect(resealSecret(engine, new Keyring([staging]), plain, targets).changes.size).toBe(1);
  });

  it("leaves one with values for environments, and says so where one of them would be moved", () => {
    const moved = resealSecret(engine, new Keyring([staging]), sealed(slots), targets);
    expect([moved.changes.size, moved.failures, moved.slotted]).toEqual([0, [], [PLACE.key]]);
  });

  it("passes over values of environments that are none of ours", () => {
    const others: Entry = [slots[1] as Slot, new Slot(tokenFor(engine, keyOf(engine, "mlkem768x25519", 9)), "test")];
    expect(resealSecret(engine, new Keyring([staging]), sealed(others), targets).slotted).toEqual([]);
  });

  it("takes an entry for fresh of which one value is for exactly these keys", () => {
    expect(staleEntries(sealed(slots), [production.publicKey])).toEqual([]);
    expect(staleEntries(sealed(slots), [newest.publicKey])).toEqual([PLACE.key]);
  });
});
