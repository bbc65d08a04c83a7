/** The private keys of a cluster as one text. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { decideKeys, type KeyAction } from "../../../src/keys/life.ts";
import {
  formatKeyStore,
  furtherState,
  HELD_STATES,
  isKeyStore,
  listOf,
  nextSerial,
  parseKeyStore,
  readPrivateKeys,
  wipeStore,
} from "../../../src/keys/store.ts";
import { changeStore, factsOf, KEY_LIFETIME_MS, newStore } from "../../../src/keys/store-change.ts";
import { formatPrivateKey, formatPublicKey } from "../../../src/keys/text.ts";
import type { KeyId } from "../../../src/model/key-id.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf } from "../../support/tokens.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const make = (state: "active" | "pending"): KeyAction => ({ kind: "make", state });

describe("a key store", () => {
  const engine = nativeEngine() as Engine;
  const newKeys = { suite: "mlkem768x25519", lifetimeMs: KEY_LIFETIME_MS } as const;
  const started = () => changeStore(engine, newStore(engine, "prod", NOW), [make("active")], NOW, newKeys);

  it("is written and read back, whatever the states of its keys", () => {
    let store = started();
    const first = store.keys[0]?.publicKey.keyId as KeyId;
    store = changeStore(
      engine,
      store,
      decideKeys(factsOf(store), { generateFirstKey: true, requireBackup: false }, NOW, { rotate: true }),
      NOW,
      newKeys,
    );
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

  it("is told from other texts by its first line that says something", () => {
    expect([isKeyStore(text), isKeyStore("# c\n\nlacre-store-1\n")]).toEqual([true, true]);
    expect(["", "lacre-store-2\n", "cluster: lacre-store-1\n"].some(isKeyStore)).toBe(false);
  });

  it("that is wiped holds zeros only", () => {
    const store = started();
    wipeStore(store);
    const bytes = [store.identity, ...store.keys.flatMap(({ privateKey }) => privateKey?.seed() ?? [])];
    expect(bytes).toHaveLength(2);
    expect(bytes.every((one) => one.every((byte) => byte === 0))).toBe(true);
  });
});

describe("of two states of one key", () => {
  it("the one that is further on counts, in whichever order: a key never comes back", () => {
    const order = ["pending", "active", "decrypt-only", "compromised", "destroyed"] as const;
    expect([...HELD_STATES].sort()).toEqual([...order].sort());
    for (const [i, one] of order.entries())
      for (const [j, other] of order.entries()) expect(furtherState(one, other)).toBe(order[Math.max(i, j)]);
  });
});

describe("the list that a store publishes", () => {
  const key = (fill: number, state: (typeof HELD_STATES)[number], notBefore: string) => {
    const privateKey = keyOf(nativeEngine() as Engine, "x25519", fill);
    return { publicKey: privateKey.publicKey, privateKey, state, notBefore, notAfter: "2027-01-01T00:00:00Z" };
  };
  const [old, late] = ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"];
  const listed = (...keys: readonly ReturnType<typeof key>[]) =>
    listOf({ cluster: "prod", serial: 5, identity: new Uint8Array(32), keys }).keys.map(({ state }) => state);

  it("has the newest key first, and none that waits for its backup", () => {
    expect(listed(key(1, "decrypt-only", old), key(2, "active", late), key(3, "pending", late))).toEqual([
      "active",
      "decrypt-only",
    ]);
  });

  it("has the active one first, of two that were made in the same second", () => {
    for (const [a, b] of [
      [1, 2],
      [2, 1],
    ] as const)
      expect(listed(key(a, "active", old), key(b, "decrypt-only", old))).toEqual(["active", "decrypt-only"]);
  });

  it("has no private part", () => {
    const keys = [key(1, "active", old)];
    const list = listOf({ cluster: "prod", serial: 5, identity: new Uint8Array(32), keys });
    expect(Object.keys(list.keys[0] ?? {}).sort()).toEqual(["notAfter", "notBefore", "publicKey", "state"]);
  });
});

describe("the next serial", () => {
  it("rises above every serial, and is never below the time", () => {
    const seconds = Math.floor(NOW.getTime() / 1000);
    expect(nextSerial(NOW, 0)).toBe(seconds);
    expect(nextSerial(NOW, seconds, 3)).toBe(seconds + 1);
    expect(nextSerial(NOW, 3, seconds + 50)).toBe(seconds + 51);
  });
});

describe("the private keys of a file", () => {
  const engine = nativeEngine() as Engine;
  const key = keyOf(engine, "x25519");

  it("are those of its lines, or of its store", () => {
    expect(
      readPrivateKeys(engine, `# mine\n${formatPrivateKey(key)}\n`).map(({ publicKey }) => publicKey.keyId),
    ).toEqual([key.publicKey.keyId]);
    const store = changeStore(engine, newStore(engine, "prod", NOW), [make("active")], NOW, {
      suite: "x25519",
      lifetimeMs: KEY_LIFETIME_MS,
    });
    expect(readPrivateKeys(engine, formatKeyStore(engine, store))).toHaveLength(1);
  });

  it("are refused where there is none: public ones, and a store whose keys are all destroyed", () => {
    expect(refusalOf(() => readPrivateKeys(engine, formatPublicKey(key.publicKey))).code).toBe("KEY_IS_PUBLIC");
    const times = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
    const destroyed = { publicKey: key.publicKey, state: "destroyed", ...times } as const;
    const text = formatKeyStore(engine, {
      cluster: "prod",
      serial: 1,
      identity: new Uint8Array(32),
      keys: [destroyed],
    });
    expect(refusalOf(() => readPrivateKeys(engine, text))).toMatchObject({
      code: "KEY_INVALID",
      message: "every key of the store is destroyed",
    });
  });
});
