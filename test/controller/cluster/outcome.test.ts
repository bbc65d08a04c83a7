/** What came of an object, in the terms of its status. */
import { describe, expect, it } from "vitest";
import { entriesOf as keysOf, settledOutcome, unchangedOutcome } from "../../../controller/cluster/outcome.ts";
import type { Means } from "../../../controller/decide/decide.ts";
import { wantedOf } from "../../../controller/decide/wanted.ts";
import type { Settlement } from "../../../controller/settle.ts";
import type { Spec, Tracked } from "../../../controller/sources/objects.ts";
import type { LiveSecret } from "../../../controller/targets/kubernetes/live.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { Slot } from "../../../src/model/entry.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const key = keyOf(engine, "x25519");
const token = tokenFor(engine, key);
const means = {
  engine,
  keyring: new Keyring([key]),
  acceptSuites: new Set(["x25519"]),
  acceptScopes: new Set(["strict"]),
  rollback: { nowSeconds: 1_790_000_001n },
} as unknown as Means & Required<Pick<Means, "rollback">>;
const wanted = wantedOf(engine.sha256, sealedSecret({ entries: entriesOf({ [PLACE.key]: token }) }), "u1");
const live: LiveSecret = { uid: "s1", resourceVersion: "1", settledFor: undefined };
const slots = new Map([[PLACE.key, new Slot(token)]]);
const tracked = (dropped: readonly string[] = [], status?: Tracked["status"]): Tracked => ({
  uid: "u1",
  resourceVersion: "1",
  generation: 1,
  isDeleting: false,
  request: undefined,
  status,
  spec: { kind: "desired", wanted, dropped },
});
const kept = (isDifferent: boolean): Settlement<LiveSecret>["settled"] => ({
  kind: "kept",
  isDifferent,
  adopted: undefined,
  slots,
  stamp: live,
});
const written: Settlement<LiveSecret>["settled"] = {
  kind: "written",
  cause: "created",
  adopted: undefined,
  slots,
  stamp: live,
};
const outcome = (settled: typeof written | ReturnType<typeof kept>, of = tracked(), warnings: readonly string[] = []) =>
  settledOutcome(
    of,
    wanted,
    { settled, warnings: warnings.map((message) => ({ reason: "RolledBack", message })) },
    means,
  );

it("an object has as many entries as it asks for, and none where its spec is wrong", () => {
  const invalid: Spec = { kind: "invalid", objection: { reason: "InvalidSpec", message: "" } };
  expect([keysOf(tracked().spec), keysOf(invalid)]).toEqual([1, 0]);
});

describe("the outcome of an object", () => {
  it.each([
    ["written", written, true],
    ["as it is wanted", kept(false), false],
  ] as const)("that was %s says what opened it, and its newest times", (_what, settled, isChanged) => {
    expect(outcome(settled)).toMatchObject({
      kind: "synced",
      entries: 1,
      keyIds: [key.publicKey.keyId],
      secret: { uid: "s1", type: "Opaque" },
      isChanged,
      notes: [],
    });
    expect(outcome(settled)).toMatchObject({ marks: new Map([[PLACE.key, { time: 1_790_000_000n }]]) });
  });

  it("says what was left out, what is warned of, and that a hand is let be", () => {
    expect(outcome(kept(true), tracked(["a/b"]), ["old"])).toMatchObject({
      notes: ["not on the allow-list and left out: a/b", "old", "hand edits stay: driftPolicy is Ignore"],
    });
  });

  it("names five of what was left out, and no more than fit", () => {
    const [note] = (outcome(written, tracked(["a", "b", "c", "d", "e", "f"])) as { notes: readonly string[] }).notes;
    expect(note).toBe("not on the allow-list and left out: a, b, c, d, e");
  });

  it("that was refused is a problem in the words of the refusal", () => {
    const objection = { reason: "NotOwned", message: "no" } as const;
    const settlement = { settled: { kind: "refused", objection, stamp: undefined }, warnings: [] } as const;
    expect(settledOutcome(tracked(), wanted, settlement, means)).toEqual({ kind: "problem", ...objection, entries: 1 });
  });

  it("that is known to be right is told from its status, and keeps its marks", () => {
    const sealedAt = { [PLACE.key]: { time: 5, token: "x" } };
    expect(unchangedOutcome(tracked([], { keyIds: ["k"], sealedAt }), wanted, live)).toEqual({
      kind: "unchanged",
      entries: 1,
      keyIds: ["k"],
      secret: { uid: "s1", type: "Opaque" },
      marks: new Map([[PLACE.key, { time: 5n, token: "x" }]]),
    });
  });
});
