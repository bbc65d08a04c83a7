import { describe, expect, it } from "vitest";
import { countedSlots, judgeAge, type Marks, raiseMarks } from "../../../controller/decide/high-water.ts";
import type { Engine } from "../../../src/crypto/engine.ts";
import { sealToken } from "../../../src/crypto/index.ts";
import { createSealer, formatSigningKey } from "../../../src/crypto/signature.ts";
import { parseSealers } from "../../../src/keys/index.ts";
import { Slot } from "../../../src/model/entry.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { keyOf, tokenFor } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const { publicKey } = keyOf(engine, "mlkem768x25519");
const token = (sealedAt: bigint) =>
  sealToken(engine, {
    value: new Uint8Array(1),
    scope: "strict",
    place: { namespace: "a", name: "b", key: "K" },
    recipients: [publicKey],
    sealedAt,
  });
const entries = (text: string) => new Map([["K", new Slot(text)]]);
const raise = (marks: Marks, found: ReadonlyMap<string, Slot>) => raiseMarks(marks, found, { nowSeconds: 1_000_000n });
const judge = (text: string, marks: Marks, policy: "warn" | "refuse" = "refuse") =>
  judgeAge(entries(text), marks, { policy, nowSeconds: 1_000_000n });

describe("the high-water mark", () => {
  const [old, now] = [token(500n), token(900n)];
  const marks = raise(new Map(), entries(now));

  it("lets the first token, the same token and newer ones pass", () => {
    expect(judge(old, new Map())).toBeUndefined();
    expect(judge(now, marks)).toBeUndefined();
    expect(judge(token(900n), marks)).toBeUndefined();
    expect(judge(token(901n), marks)).toBeUndefined();
  });

  it("tells or refuses an older one, as it is told to", () => {
    expect(judge(old, marks, "warn")).toMatchObject({ kind: "warn", reason: "RolledBack" });
    expect(judge(old, marks, "refuse")).toMatchObject({ kind: "report", reason: "RolledBack" });
  });

  it.each([
    ["of this minute", 0n, "warn", undefined],
    ["five minutes ahead", 300n, "refuse", undefined],
    ["more than five minutes ahead, under warn", 301n, "warn", "warn"],
    ["more than five minutes ahead, under refuse", 301n, "refuse", "report"],
    ["a day ahead, under warn", 86_400n, "warn", "warn"],
    ["more than a day ahead, whatever the policy", 86_401n, "warn", "report"],
  ] as const)("a token %s", (_what, seconds, policy, kind) => {
    const verdict = judge(token(1_000_000n + seconds), new Map(), policy);
    expect([verdict?.kind, verdict?.reason]).toEqual([kind, kind && "SealedInFuture"]);
  });

  it("a token from more than five minutes ahead sets no mark, and blocks no honest one", () => {
    const early = entries(token(1_086_400n));
    expect(raise(marks, early)).toEqual(marks);
    expect(raise(new Map(), early).size).toBe(0);
    expect(judge(token(1_000_000n), raise(marks, early))).toBeUndefined();
  });

  it("a mark from ahead, as an earlier version set it, does not count and goes", () => {
    const poisoned: Marks = new Map([["K", { time: 1_086_400n, token: "x" }]]);
    expect(judge(now, poisoned)).toBeUndefined();
    expect(raise(poisoned, entries(now)).get("K")?.time).toBe(900n);
  });

  it("a refusal is not hidden behind a warning about another entry", () => {
    const both = new Map([
      ["EARLY", new Slot(token(1_000_400n))],
      ["K", new Slot(old)],
    ]);
    expect(judgeAge(both, marks, { policy: "refuse", nowSeconds: 1_000_000n })?.kind).toBe("report");
  });

  it("never sinks, and outlives its entry", () => {
    expect(raise(marks, entries(old)).get("K")).toEqual(marks.get("K"));
    expect(raise(marks, new Map()).get("K")).toEqual(marks.get("K"));
    expect(raise(marks, entries(token(901n))).get("K")?.time).toBe(901n);
  });

  it("forgets entries that are gone when there are too many, and never one that is there", () => {
    const many = new Map(
      Array.from({ length: 1_500 }, (_, index) => [`gone-${index}`, { time: 1n, token: "x" }] as const),
    );
    const raised = raise(new Map([["K", { time: 1n, token: "x" }], ...many]), entries(now));
    expect([raised.size, raised.get("K")?.time]).toEqual([1_000, 900n]);
  });

  it("is keyed by any legal name", () => {
    const odd = new Map([["__proto__", new Slot(now)]]);
    expect([...raise(new Map(), odd).keys()]).toEqual(["__proto__"]);
  });

  it("counts only what a sealer of the namespace signed, where signatures are asked for", () => {
    const seed = (fill: number) => new Uint8Array(32).fill(fill);
    const key = keyOf(engine, "mlkem768x25519");
    const signedBy = (fill: number) => tokenFor(engine, key, { sealer: createSealer(engine, seed(fill)) });
    const found = new Map([
      ["SIGNED", new Slot(signedBy(1))],
      ["FOREIGN", new Slot(signedBy(2))],
      ["UNSIGNED", new Slot(tokenFor(engine, key))],
    ]);
    const counted = (policy: string) => {
      const sealers = parseSealers(`${policy}\nsealer anna * ${formatSigningKey(engine.signingKeyOf(seed(1)))}`);
      return [...countedSlots(engine, "shop", found, sealers).keys()];
    };
    expect(counted("policy shop enforce")).toEqual(["SIGNED"]);
    expect(counted("policy * warn")).toEqual(["SIGNED"]);
    expect(counted("policy shop off")).toEqual([...found.keys()]);
    expect(countedSlots(engine, "shop", found, undefined)).toBe(found);
  });
});
