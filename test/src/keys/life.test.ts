import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { decideKeys, judgeOrder, type KeyAction, type KeyFact } from "../../../src/keys/life.ts";
import { formatKeyStore, type HeldState, listOf, parseKeyStore } from "../../../src/keys/store.ts";
import { asBackedUp, changeStore, factsOf, KEY_LIFETIME_MS, newStore } from "../../../src/keys/store-change.ts";
import type { KeyId } from "../../../src/model/key-id.ts";
import { nativeEngine } from "../../../src/node/engine.ts";

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

describe("a key store", () => {
  const engine = nativeEngine() as Engine;
  const newKeys = { suite: "mlkem768x25519", lifetimeMs: KEY_LIFETIME_MS } as const;
  const started = () => changeStore(engine, newStore(engine, "prod", NOW), [make("active")], NOW, newKeys);

  it("is written and read back, whatever the states of its keys", () => {
    let store = started();
    const first = store.keys[0]?.publicKey.keyId as KeyId;
    store = changeStore(engine, store, decideKeys(factsOf(store), POLICY, NOW, { rotate: true }), NOW, newKeys);
    store = changeStore(
      engine,
      store,
      [{ kind: "set", keyId: first, state: "destroyed" }, make("pending")],
      NOW,
      newKeys,
    );
    const text = formatKeyStore(engine, store);
    const read = parseKeyStore(engine, text);
    expect(formatKeyStore(engine, read)).toBe(text);
    expect(read.keys.map(({ state, privateKey }) => [state, privateKey !== undefined])).toEqual([
      ["destroyed", false],
      ["active", true],
      ["pending", true],
    ]);
    expect(listOf(read).keys.map(({ state }) => state)).toEqual(expect.arrayContaining(["active", "destroyed"]));
    expect(listOf(read).keys).toHaveLength(2);
  });

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

  const text = formatKeyStore(engine, started());
  /** Another character in the place of the last one of a match. */
  const flip = (found: string, kept: string) => `${kept}${found.at(-1) === "1" ? "2" : "1"}`;
  const line = (start: string) => text.split("\n").find((one) => one.startsWith(start)) as string;
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["another key under the id", text.replace(/(\.mlkem768x25519\.)./, "$1_"), /is filed as \w{8} derives \w{8}/],
    ["no identity", text.replace(`${line("lacre-identity")}\n`, ""), /no lacre-identity/],
    ["a cut identity", text.replace(/(lacre-identity-1\.[\w-]{20})[\w-]+/, "$1"), /identity is cut/],
    ["a state of the future", text.replace("key: active", "key: quantum"), /state that this version/],
    ["a key without its line", text.replace(`${line("lacre-private")}\n`, ""), /not whole/],
    ["a key twice", text + text.slice(text.indexOf("key: ")), /stands twice/],
    ["a version of the future", text.replace("lacre-store-1", "lacre-store-2"), /version that is known/],
    ["a damaged identity", text.replace(/(lacre-identity-1\.[\w-]{20})[\w-]/, flip), /is damaged/],
    ["another serial", text.replace(/(serial: \d+)\d/, flip), /is damaged/],
    ["another name", text.replace(/^(cluster: \w)\w/m, flip), /is damaged/],
    ["another time", text.replace(/(key: active 20)\d/, flip), /is damaged/],
    ["a key cut off its end", text.slice(0, text.indexOf("key: ")), /is damaged/],
    ["no serial", text.replace(/serial: \d+/, "serial: soon"), /no whole number/],
  ];
  it("of an earlier version has no check and is read, and a check is a comment to it", () => {
    expect(text).toMatch(/^# Private keys[^\n]*\n# check: [\w-]{16}\nlacre-store-1\n/);
    const earlier = text.replace(/^# check: .*\n/m, "");
    expect(formatKeyStore(engine, parseKeyStore(engine, earlier))).toBe(text);
    expect(parseKeyStore(engine, text.replaceAll("\n", "\r\n"))).toEqual(parseKeyStore(engine, text));
  });

  it.each(bad)("is refused with %s", (_name, broken, message) => {
    expect(broken).not.toBe(text);
    expect(() => parseKeyStore(engine, broken)).toThrow(message);
  });
});
