/** What a Secret is wanted to be: the digest is another one whenever anything about it is. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { wantedOf } from "../../../controller/decide/wanted.ts";
import { DEFAULT_POLICY, type SealedSecret } from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../src/model/secret.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";

const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());
const base = { name: "db", entries: entriesOf({ A: "a", B: "b" }) };
const wanted = (more: Partial<SealedSecret> = {}, uid = "u1") =>
  wantedOf(sha256, sealedSecret({ ...base, ...more }), uid);

describe("what an object wants", () => {
  it("is its place, its looks, its policy and its keys, and no token", () => {
    const shape = { ...PLAIN_SHAPE, type: "example.org/t" };
    const policy = { ...DEFAULT_POLICY, drift: "Detect" } as const;
    expect(wanted({ shape, policy })).toMatchObject({ namespace: "shop", name: "db", uid: "u1", shape, policy });
    expect([...wanted().keys]).toEqual(["A", "B"]);
    expect(Object.keys(wanted())).not.toContain("entries");
  });

  const CHANGES: readonly (readonly [string, Partial<SealedSecret>])[] = [
    ["token", { entries: entriesOf({ A: "a", B: "c" }) }],
    ["key", { entries: entriesOf({ A: "a", C: "b" }) }],
    ["type", { shape: { ...PLAIN_SHAPE, type: "t" } }],
    ["label", { shape: { ...PLAIN_SHAPE, labels: new Map([["a", "b"]]) } }],
  ];
  it.each(CHANGES)("has another digest with another %s", (_what, change) => {
    expect(wanted(change).digest).not.toBe(wanted().digest);
  });

  it("has the same digest whoever asks for it", () => {
    expect(wanted({}, "u2").digest).toBe(wanted().digest);
  });
});
