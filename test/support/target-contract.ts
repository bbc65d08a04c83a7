/** What every target has to keep, as tests: a new one is a file, a row of the table, and a harness for these. */
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { decideGone, type Means } from "../../controller/decide/decide.ts";
import { type Wanted, wantedOf } from "../../controller/decide/wanted.ts";
import { type Order, type Settled, settle } from "../../controller/settle.ts";
import type { Found, Holding, Target } from "../../controller/targets/target.ts";
import type { Engine } from "../../src/crypto/engine.ts";
import { Keyring } from "../../src/crypto/keyring.ts";
import { DEFAULT_POLICY, objectName, type SealedSecret, type SyncPolicy } from "../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../src/model/secret.ts";
import { nativeEngine } from "../../src/node/engine.ts";
import { sealSecret } from "../../src/seal/seal.ts";
import { keyOf } from "./tokens.ts";

/** Texts by key. */
export type Texts = Readonly<Record<string, string>>;

/** One target of a test's own, and hands that reach into it past the controller. */
export type Harness<S, F extends Found<S>> = {
  readonly target: Target<S, F>;
  /** Where the test's objects may live. */
  readonly namespace: string;
  /** Of the object that wants a Secret of this name, made where the target needs one. */
  readonly uidOf: (name: string) => Promise<string>;
  /** What is there, whoever put it there; undefined where nothing is. */
  readonly read: (name: string) => Promise<Texts | undefined>;
  /** Changes or adds a value by hand. */
  readonly edit: (name: string, key: string, value: string) => Promise<void>;
  /** Puts something there that is not ours. */
  readonly putForeign: (name: string, values: Texts) => Promise<void>;
  /** Takes the object away that wanted a Secret, where the target's own system looks after what is left. */
  readonly dropOwner: (name: string) => Promise<void>;
  /** What the target cannot hold; undefined where it holds all that can be sealed. */
  readonly excess: Partial<Wanted> | undefined;
  /** True when two stamps are of the same state. */
  readonly isSame: (one: S | undefined, other: S | undefined) => boolean;
  /** From now on nothing can be told of the target; gives back what undoes it. */
  readonly blind: () => Promise<() => Promise<void>>;
  /** Opens the same target elsewhere: `open` of a module, with data that a thread can be given. */
  readonly elsewhere: { readonly module: string; readonly data: unknown };
};

const engine = nativeEngine() as Engine;
const key = keyOf(engine, "mlkem768x25519");
const means: Means = {
  engine,
  keyring: new Keyring([key]),
  acceptSuites: new Set(["mlkem768x25519"]),
  acceptScopes: new Set(["strict"]),
};
const bytes = (text: string) => new TextEncoder().encode(text);

/** A SealedSecret of these values. */
export function sealedOf(
  namespace: string,
  name: string,
  values: Texts,
  policy: Partial<SyncPolicy> = {},
): SealedSecret {
  const secret = {
    namespace,
    name,
    shape: PLAIN_SHAPE,
    values: new Map(Object.entries(values).map(([one, text]) => [one, bytes(text)])),
  };
  const sealed = sealSecret(engine, secret, { recipients: [key.publicKey], scope: "strict", sealedAt: 1n });
  return { ...sealed, policy: { ...DEFAULT_POLICY, ...policy } };
}

/** The tests of the contract. `start` makes a target that holds nothing yet. */
export function testTargetContract<S, F extends Found<S>>(
  what: string,
  start: () => Promise<Harness<S, F> & { readonly stop: () => Promise<void> }>,
): void {
  describe(`${what} as a target`, () => {
    let at: Awaited<ReturnType<typeof start>>;
    let count = 0;
    let name: string;
    beforeEach(async () => {
      at ??= await start();
      name = `object-${++count}`;
    });
    afterAll(() => at.stop());

    const ours: Holding = { written: new Set(["A", "B"]) };

    async function orderOf(values: Texts, changes: Partial<Order> = {}, policy: Partial<SyncPolicy> = {}) {
      const sealed = sealedOf(at.namespace, name, values, policy);
      const wanted = wantedOf(engine.sha256, sealed, await at.uidOf(name));
      return { wanted, sealed, holding: undefined, isApplied: false, ...changes } satisfies Order;
    }

    const settled = async (order: Order): Promise<Settled<S>> => (await settle(at.target, order, means)).settled;

    async function stampOf(): Promise<S | undefined> {
      const seen = await at.target.glance([`${at.namespace}/${name}`]);
      if (!seen.ok) throw new Error(seen.objection.message);
      return seen.stamps.get(`${at.namespace}/${name}`);
    }

    it("creates what is not there, and knows it again by its stamp", async () => {
      expect(await stampOf()).toBeUndefined();
      const made = await settled(await orderOf({ A: "1", B: "2" }));
      expect(made).toMatchObject({ kind: "written", cause: "created" });
      expect(await at.read(name)).toEqual({ A: "1", B: "2" });
      const { stamp } = made as Extract<Settled<S>, { readonly kind: "written" }>;
      await expect.poll(async () => at.isSame(await stampOf(), stamp)).toBe(true);
    });

    it("writes nothing where all is equal already", async () => {
      const order = await orderOf({ A: "1", B: "2" });
      await settled(order);
      const before = await expectStamp();
      expect(await settled({ ...order, holding: ours })).toMatchObject({ kind: "kept", isDifferent: false });
      expect(at.isSame(await stampOf(), before)).toBe(true);
    });

    async function expectStamp(): Promise<S> {
      await expect.poll(stampOf).toBeDefined();
      return (await stampOf()) as S;
    }

    it("puts values right that a hand changed, added or removed", async () => {
      const order = await orderOf({ A: "1", B: "2" });
      await settled(order);
      for (const [edited, value] of [
        ["A", "by hand"],
        ["C", "by hand"],
      ] as const) {
        await at.edit(name, edited, value);
        const again = await settled({ ...order, holding: ours, isApplied: true });
        expect(again).toMatchObject({ kind: "written", cause: "corrected" });
        expect(await at.read(name)).toEqual({ A: "1", B: "2" });
      }
    });

    it("shows a hand edit by another stamp", async () => {
      await settled(await orderOf({ A: "1" }));
      const before = await expectStamp();
      await at.edit(name, "A", "by hand");
      await expect.poll(async () => at.isSame(await stampOf(), before)).toBe(false);
    });

    it("loses a race: what changed since it was looked at is not written over, and is looked at again", async () => {
      const first = await orderOf({ A: "1" });
      await settled(first);
      const sight = await at.target.observe(first.wanted, ours);
      if (!sight.ok) throw new Error(sight.objection.message);
      await at.edit(name, "A", "by hand");
      const second = await orderOf({ A: "2" });
      const secret = { namespace: at.namespace, name, shape: PLAIN_SHAPE, values: new Map([["A", bytes("2")]]) };
      expect((await at.target.write(second.wanted, secret, sight.found)).kind).toBe("conflict");
      expect(await at.read(name)).toEqual({ A: "by hand" });
      expect((await settled({ ...second, holding: ours })).kind).toBe("written");
      expect(await at.read(name)).toEqual({ A: "2" });
    });

    it("leaves what others put there untouched, and says so", async () => {
      await at.putForeign(name, { A: "theirs", notes: "mine" });
      const refused = await settled(await orderOf({ A: "1" }));
      expect(refused).toMatchObject({ kind: "refused", objection: { reason: "NotOwned" } });
      expect(await at.read(name)).toEqual({ A: "theirs", notes: "mine" });
    });

    it("takes away what was written when Git no longer has it, and nothing else", async () => {
      await settled(await orderOf({ A: "1" }));
      await at.dropOwner(name);
      const removed = await at.target.remove(`${at.namespace}/${name}`, decideGone(DEFAULT_POLICY, undefined));
      expect(removed.kind).toBe("done");
      await expect.poll(() => at.read(name), { timeout: 90_000 }).toBeUndefined();
    });

    it("leaves what is to be orphaned, and does not call it its own any more", async () => {
      await settled(await orderOf({ A: "1" }, {}, { deletion: "Orphan" }));
      await at.dropOwner(name);
      expect((await at.target.remove(`${at.namespace}/${name}`, "Orphan")).kind).toBe("done");
      expect(await at.read(name)).toEqual({ A: "1" });
      const order = await orderOf({ A: "2" }, {}, { deletion: "Orphan" });
      expect(await settled(order)).toMatchObject({ kind: "refused", objection: { reason: "NotOwned" } });
      expect(await at.read(name)).toEqual({ A: "1" });
    });

    it("removes nothing that is not there, and nothing of others", async () => {
      await at.putForeign(name, { A: "theirs" });
      const performed = await at.target.remove(`${at.namespace}/${name}`, undefined);
      expect([performed.kind, await at.read(name)]).toEqual(["done", { A: "theirs" }]);
      expect(await at.target.remove(`${at.namespace}/nowhere`, undefined)).toMatchObject({
        kind: "done",
        isChanged: false,
      });
    });

    it("says what it cannot hold before anything is sent", async () => {
      const { wanted } = await orderOf({ A: "1" });
      expect(at.target.judge(wanted)).toBeUndefined();
      if (at.excess !== undefined) expect(at.target.judge({ ...wanted, ...at.excess })).toBeDefined();
      expect(await at.read(name)).toBeUndefined();
    });

    it("says that it cannot tell, and then neither writes nor removes", async () => {
      const order = await orderOf({ A: "1" });
      await settled(order);
      const seeAgain = await at.blind();
      try {
        expect((await at.target.observe(order.wanted, ours)).ok).toBe(false);
        expect((await at.target.glance([objectName(order.wanted)])).ok).toBe(false);
        expect(await settled({ ...order, holding: ours })).toMatchObject({ kind: "refused", stamp: undefined });
        const removed = await at.target.remove(objectName(order.wanted), "Delete");
        expect(removed.kind).toBe("failed");
      } finally {
        await seeAgain();
      }
      expect(await at.read(name)).toEqual({ A: "1" });
    });

    it("killed in the middle of writing holds the old values or the new ones, never a mix, and goes on", async () => {
      const [old, fresh] = [
        { A: "old", B: "old" },
        { A: "new", B: "new" },
      ];
      await settled(await orderOf(old));
      const seen = new Set<string>();
      for (let round = 0; round < 12; round++) {
        const uid = await at.uidOf(name);
        const worker = new Worker(new URL("./target-writer.ts", import.meta.url), {
          workerData: { ...at.elsewhere, namespace: at.namespace, name, uid, values: [old, fresh] },
        });
        await new Promise((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
        });
        await new Promise((resolve) => setTimeout(resolve, round * 3));
        await worker.terminate();
        const { A, B } = (await at.read(name)) as Record<string, string>;
        expect([A, B]).toEqual([A, A]);
        seen.add(String(A));
      }
      expect([...seen].every((value) => ["old", "new"].includes(value))).toBe(true);
      expect((await settled({ ...(await orderOf({ A: "1" })), holding: ours })).kind).toBe("written");
      expect(await at.read(name)).toEqual({ A: "1" });
    });

    it("is named without any credential", () => {
      expect(at.target.name).not.toMatch(/:\/\/[^/]*@|token|password/i);
    });
  });
}
