/** What becomes of a cluster's keys, and what somebody may order about one. */
import { describe, expect, it } from "vitest";
import { decideKeys, judgeOrder, type KeyAction, type KeyFact, rotationLimit } from "../../../src/keys/life.ts";
import type { HeldState } from "../../../src/keys/store.ts";
import type { KeyId } from "../../../src/model/key-id.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const DAY_MS = 86_400_000;
const time = (days: number) => `${new Date(NOW.getTime() + days * DAY_MS).toISOString().slice(0, 19)}Z`;
const id = (digit: string) => digit.repeat(32) as KeyId;
const key = (digit: string, state: HeldState, from = -10, to = 170): KeyFact => ({
  keyId: id(digit),
  state,
  notBefore: time(from),
  notAfter: time(to),
});
const POLICY = { generateFirstKey: true, requireBackup: false };
const set = (digit: string, state: HeldState): KeyAction => ({ kind: "set", keyId: id(digit), state });
const make = (state: "active" | "pending"): KeyAction => ({ kind: "make", state });

describe("decideKeys", () => {
  const cases: readonly (readonly [
    string,
    readonly KeyFact[],
    Partial<typeof POLICY>,
    Parameters<typeof decideKeys>[3],
    readonly KeyAction[],
  ])[] = [
    ["an active key that is not due is left alone", [key("a", "active")], {}, {}, []],
    ["the first key is made", [], {}, {}, [make("active")]],
    ["no first key is made while a cluster is restored", [], { generateFirstKey: false }, {}, []],
    [
      "a key that is due is replaced, and goes on opening",
      [key("a", "active", -180, 0)],
      {},
      {},
      [make("active"), set("a", "decrypt-only")],
    ],
    [
      "a key is replaced on demand",
      [key("a", "active")],
      {},
      { rotate: true },
      [make("active"), set("a", "decrypt-only")],
    ],
    [
      "of two active keys the newer stays",
      [key("a", "active", -20), key("b", "active", -1)],
      {},
      {},
      [set("a", "decrypt-only")],
    ],
    [
      "where the only key is compromised a new one is made, restored or not",
      [key("a", "compromised")],
      { generateFirstKey: false },
      {},
      [make("active")],
    ],
    [
      "a new key waits for its backup, and the old one stays in use",
      [key("a", "active", -180, 0)],
      { requireBackup: true },
      {},
      [make("pending")],
    ],
    [
      "while one waits no other is made, even on demand",
      [key("a", "active", -180, 0), key("b", "pending")],
      { requireBackup: true },
      { rotate: true },
      [],
    ],
    [
      "the backup of another key does not make it active",
      [key("b", "pending")],
      { requireBackup: true },
      { backedUp: new Set([id("a")]) },
      [],
    ],
    [
      "its own backup does",
      [key("a", "active"), key("b", "pending")],
      { requireBackup: true },
      { backedUp: new Set([id("b")]) },
      [set("b", "active"), set("a", "decrypt-only")],
    ],
    [
      "a key that waited is used when backups are no longer asked for",
      [key("a", "active"), key("b", "pending")],
      {},
      {},
      [set("b", "active"), set("a", "decrypt-only")],
    ],
  ];
  it.each(cases)("%s", (_name, keys, policy, requests, actions) => {
    expect(decideKeys(keys, { ...POLICY, ...policy }, NOW, requests)).toEqual(actions);
  });
});

describe("judgeOrder", () => {
  const keys = [key("a", "active"), key("b", "decrypt-only"), key("d", "destroyed"), key("e", "compromised")];
  const destroy = (digit: string, entries: number, force = false) =>
    judgeOrder(keys, { kind: "destroy", keyId: id(digit), force }, entries);
  it("a key that nothing needs is destroyed", () => {
    expect(destroy("b", 0)).toEqual({ ok: true, actions: [set("b", "destroyed")] });
    expect(destroy("e", 0)).toEqual({ ok: true, actions: [set("e", "destroyed")] });
  });
  it("one that entries need, or that is active, only by force", () => {
    expect(destroy("b", 1)).toEqual({ ok: false, problem: "in-use" });
    expect(destroy("a", 0)).toEqual({ ok: false, problem: "active" });
    expect(destroy("b", 1, true)).toEqual({ ok: true, actions: [set("b", "destroyed")] });
    expect(destroy("a", 1, true)).toEqual({ ok: true, actions: [set("a", "destroyed")] });
  });
  it("an order that is met already does nothing, and one about no key is refused", () => {
    expect(destroy("d", 5)).toEqual({ ok: true, actions: [] });
    expect(destroy("f", 0)).toEqual({ ok: false, problem: "unknown" });
    const compromised = (digit: string) => judgeOrder(keys, { kind: "compromised", keyId: id(digit) }, 9);
    expect(compromised("a")).toEqual({ ok: true, actions: [set("a", "compromised")] });
    expect(compromised("e")).toEqual({ ok: true, actions: [] });
    expect(compromised("d")).toEqual({ ok: false, problem: "destroyed" });
  });
});

describe("new keys", () => {
  it("are three an hour, whatever is asked for", () => {
    const fact = (minute: number) =>
      ({
        keyId: "",
        state: "active",
        notAfter: "",
        notBefore: `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`,
      }) as unknown as Parameters<typeof rotationLimit>[0][number];
    const at = (time: string) => new Date(`2026-01-01T${time}Z`);
    expect(rotationLimit([fact(0), fact(1)], at("00:02:00"))).toBeUndefined();
    expect(rotationLimit([fact(0), fact(1), fact(2)], at("00:03:00"))).toEqual(at("01:00:00"));
    expect(rotationLimit([fact(0), fact(1), fact(2), fact(3)], at("00:03:00"))).toEqual(at("01:01:00"));
    expect(rotationLimit([fact(0), fact(1), fact(2)], at("01:00:01"))).toBeUndefined();
  });
});
