/** One object made as it is wanted, against a target that is a table: what the loop itself decides. */
import { describe, expect, it } from "vitest";
import type { Means } from "../../controller/decide/decide.ts";
import { type Wanted, wantedOf } from "../../controller/decide/wanted.ts";
import { type Order, settle } from "../../controller/settle.ts";
import type { Found, Target } from "../../controller/targets/target.ts";
import type { Engine } from "../../src/crypto/engine.ts";
import { Keyring } from "../../src/crypto/keyring.ts";
import type { PlainSecret } from "../../src/model/secret.ts";
import { nativeEngine } from "../../src/node/engine.ts";
import { sealedOf } from "../support/target-contract.ts";
import { keyOf } from "../support/tokens.ts";

const engine = nativeEngine() as Engine;
const means: Means = {
  engine,
  keyring: new Keyring([keyOf(engine, "mlkem768x25519")]),
  acceptSuites: new Set(["mlkem768x25519"]),
  acceptScopes: new Set(["strict"]),
};
const bytes = (text: string) => new TextEncoder().encode(text);

/** A target that is a value, with hands that change it while it is written. */
class Table implements Target {
  readonly name = "table";
  stamp = 0;
  value: string | undefined;
  /** How often somebody else is quicker. */
  races = 0;
  isBlind = false;
  failure: string | undefined;
  readonly handed: Uint8Array[] = [];

  judge(): undefined {
    return undefined;
  }

  async glance() {
    return { ok: true, stamps: new Map<string, string>() } as const;
  }

  async observe(_wanted: Wanted) {
    if (this.isBlind) return { ok: false, objection: { reason: "TargetFailed", message: "dark" } } as const;
    const value = this.value === undefined ? undefined : bytes(this.value);
    if (value !== undefined) this.handed.push(value);
    const found: Found<string> = {
      stamp: value === undefined ? undefined : String(this.stamp),
      live: value && { values: new Map([["A", value]]), isIntact: true },
      isOurs: true,
      adopted: undefined,
      objection: undefined,
      frozen: undefined,
    };
    return { ok: true, found } as const;
  }

  async write(_wanted: Wanted, secret: PlainSecret) {
    this.handed.push(...secret.values.values());
    if (this.failure !== undefined) {
      return { kind: "failed", objection: { reason: "WriteFailed", message: this.failure } } as const;
    }
    if (this.races > 0) {
      this.races--;
      this.stamp++;
      return { kind: "conflict" } as const;
    }
    this.value = Buffer.from(secret.values.get("A") ?? []).toString();
    return { kind: "done", stamp: String(++this.stamp), isChanged: true } as const;
  }

  async confirm(_wanted: Wanted, found: Found<string>) {
    return { kind: "done", stamp: found.stamp, isChanged: false } as const;
  }

  async remove() {
    return { kind: "done", stamp: undefined, isChanged: false } as const;
  }
}

function order(changes: Partial<Order> = {}): Order {
  const sealed = sealedOf("shop", "db", { A: "1" });
  return { wanted: wantedOf(engine.sha256, sealed, ""), sealed, holding: {}, isApplied: false, ...changes };
}

describe("settling", () => {
  it("looks and decides again where what was found changed while it was written", async () => {
    const target = new Table();
    target.races = 2;
    expect((await settle(target, order(), means)).settled).toMatchObject({ kind: "written", stamp: "3" });
    expect(target.value).toBe("1");
  });

  it("gives up an object that somebody else writes again and again", async () => {
    const target = new Table();
    target.races = 99;
    const { settled } = await settle(target, order(), means);
    expect(settled).toMatchObject({ kind: "refused", objection: { reason: "WriteFailed" } });
    expect([target.value, target.races]).toEqual([undefined, 96]);
  });

  it("does nothing where the target cannot tell", async () => {
    const target = new Table();
    target.isBlind = true;
    const { settled } = await settle(target, order(), means);
    expect(settled).toEqual({
      kind: "refused",
      objection: { reason: "TargetFailed", message: "dark" },
      stamp: undefined,
    });
  });

  it("writes nothing where putting down that it is ours failed", async () => {
    const target = new Table();
    const claim = () => {
      throw new Error("disk full");
    };
    await expect(settle(target, order({ claim }), means)).rejects.toThrow("disk full");
    expect(target.value).toBeUndefined();
  });

  it("leaves no value behind in memory, whatever came of it", async () => {
    for (const changes of [{}, { races: 99 }, { failure: "no" }, { value: "1" }, { value: "other" }]) {
      const target = Object.assign(new Table(), changes);
      await settle(target, order(), means);
      expect(target.handed.length).toBeGreaterThan(0);
      expect(target.handed.flatMap((value) => [...value]).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("is told of the way an object is written before it is", async () => {
    const causes: string[] = [];
    const target = new Table();
    await settle(target, order({ claim: (cause) => causes.push(`${cause} ${target.value}`) }), means);
    expect(causes).toEqual(["created undefined"]);
  });
});
