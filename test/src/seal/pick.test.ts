import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { type Entry, Slot } from "../../../src/model/entry.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { openSecret } from "../../../src/seal/open.ts";
import { pickSlots } from "../../../src/seal/pick.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const staging = keyOf(engine, "mlkem768x25519", 1);
const production = keyOf(engine, "mlkem768x25519", 2);
const newest = keyOf(engine, "mlkem768x25519", 3);
const slots: Entry = [
  new Slot(tokenFor(engine, staging), "staging"),
  new Slot(tokenFor(engine, production), "production"),
];
const sealed = (entry: Entry) => sealedSecret({ entries: entriesOf({ [PLACE.key]: entry }) });
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
