import { describe, expect, it } from "vitest";
import { judgeAge, type Marks, raiseMarks } from "../../controller/high-water.ts";
import type { Engine } from "../../src/crypto/engine.ts";
import { nativeEngine } from "../../src/crypto/engine-node.ts";
import { sealToken } from "../../src/index.ts";
import { keyOf } from "../support/tokens.ts";

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
const entries = (text: string) => new Map([["K", text]]);
const judge = (text: string, marks: Marks, policy: "warn" | "refuse" = "refuse") =>
  judgeAge(entries(text), marks, { policy, nowSeconds: 1_000_000n });

describe("the high-water mark", () => {
  const [old, now] = [token(500n), token(900n)];
  const marks = raiseMarks(new Map(), entries(now));

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

  it("refuses a token from more than a day ahead whatever the policy: it would poison the mark", () => {
    expect(judge(token(1_000_000n + 86_400n), new Map())).toBeUndefined();
    expect(judge(token(1_000_000n + 86_401n), new Map(), "warn")).toMatchObject({
      kind: "report",
      reason: "SealedInFuture",
    });
  });

  it("never sinks, and outlives its entry", () => {
    expect(raiseMarks(marks, entries(old)).get("K")).toEqual(marks.get("K"));
    expect(raiseMarks(marks, new Map()).get("K")).toEqual(marks.get("K"));
    expect(raiseMarks(marks, entries(token(901n))).get("K")?.time).toBe(901n);
  });

  it("forgets entries that are gone when there are too many, and never one that is there", () => {
    const many = new Map(
      Array.from({ length: 1_500 }, (_, index) => [`gone-${index}`, { time: 1n, token: "x" }] as const),
    );
    const raised = raiseMarks(new Map([["K", { time: 1n, token: "x" }], ...many]), entries(now));
    expect([raised.size, raised.get("K")?.time]).toEqual([1_000, 900n]);
  });

  it("is keyed by any legal name", () => {
    const odd = new Map([["__proto__", now]]);
    expect([...raiseMarks(new Map(), odd).keys()]).toEqual(["__proto__"]);
  });
});
