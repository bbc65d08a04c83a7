/** Changes to a key store: what was decided, done. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import type { KeyAction } from "../../../src/keys/life.ts";
import {
  asBackedUp,
  changeStore,
  factsOf,
  holdNew,
  KEY_LIFETIME_MS,
  newStore,
} from "../../../src/keys/store-change.ts";
import type { KeyId } from "../../../src/model/key-id.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { keyOf } from "../../support/tokens.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const LATER = new Date("2026-11-25T12:00:00Z");
const make = (state: "active" | "pending"): KeyAction => ({ kind: "make", state });

describe("a key store", () => {
  const engine = nativeEngine() as Engine;
  const newKeys = { suite: "mlkem768x25519", lifetimeMs: KEY_LIFETIME_MS } as const;
  const started = () => changeStore(engine, newStore(engine, "prod", NOW), [make("active")], NOW, newKeys);

  it("every change has a higher serial than the one before, and no change has none", () => {
    const store = started();
    expect(changeStore(engine, store, [], NOW, newKeys)).toBe(store);
    const next = changeStore(engine, store, [make("active")], NOW, newKeys);
    expect(next.serial).toBe(store.serial + 1);
  });

  it("what a backup says of a key that waited for it is that it is active", () => {
    const store = changeStore(engine, started(), [make("pending")], NOW, newKeys);
    expect(asBackedUp(engine, store, NOW).keys.map(({ state }) => state)).toEqual(["decrypt-only", "active"]);
    expect(asBackedUp(engine, started(), NOW).keys.map(({ state }) => state)).toEqual(["active"]);
  });

  it("begins with an identity and no key", () => {
    const store = newStore(engine, "prod", NOW);
    expect([store.cluster, store.keys.length, store.identity.length]).toEqual(["prod", 0, 32]);
    expect(Buffer.compare(store.identity, newStore(engine, "prod", NOW).identity)).not.toBe(0);
  });

  it("loses the private part of a key that is destroyed, which is wiped", () => {
    const store = started();
    const [key] = store.keys;
    const after = changeStore(
      engine,
      store,
      [{ kind: "set", keyId: key?.publicKey.keyId as KeyId, state: "destroyed" }],
      NOW,
      newKeys,
    );
    expect(after.keys).toEqual([{ ...key, privateKey: undefined, state: "destroyed" }]);
    expect("privateKey" in (after.keys[0] ?? {})).toBe(false);
    expect(key?.privateKey?.seed().every((byte) => byte === 0)).toBe(true);
  });

  it("keeps its other keys as they are", () => {
    const two = changeStore(engine, started(), [make("active")], NOW, newKeys);
    const [first, second] = two.keys;
    const after = changeStore(
      engine,
      two,
      [{ kind: "set", keyId: first?.publicKey.keyId as KeyId, state: "decrypt-only" }],
      LATER,
      newKeys,
    );
    expect(after.keys).toEqual([{ ...first, state: "decrypt-only" }, second]);
  });

  it("counts the time of a key that waited from when it is used", () => {
    const waiting = changeStore(engine, started(), [make("pending")], NOW, newKeys);
    const backedUp = asBackedUp(engine, waiting, LATER);
    expect(backedUp.keys.map(({ state, notBefore }) => [state, notBefore])).toEqual([
      ["decrypt-only", "2026-11-24T12:00:00Z"],
      ["active", "2026-11-25T12:00:00Z"],
    ]);
  });

  it("tells of its keys what decisions need, and nothing private", () => {
    const [fact] = factsOf(started());
    expect(Object.keys(fact ?? {}).sort()).toEqual(["keyId", "notAfter", "notBefore", "state"]);
  });
});

describe("a new key", () => {
  it("is held from now on, for as long as it is to live", () => {
    const key = keyOf(nativeEngine() as Engine, "x25519");
    expect(holdNew(key, "active", NOW, 86_400_000)).toEqual({
      publicKey: key.publicKey,
      privateKey: key,
      state: "active",
      notBefore: "2026-11-24T12:00:00Z",
      notAfter: "2026-11-25T12:00:00Z",
    });
  });
});
