/** Taking over a Secret that was there, without a cluster: who consents, what it is marked with. */

import { describe, expect, it } from "vitest";
import { parseClusterConfig } from "../../controller/cluster/config.ts";
import type { Wanted } from "../../controller/decide/wanted.ts";
import type { SecretObject } from "../../controller/kube/object.ts";
import { NO_CONSENT, type OperatorConsent } from "../../controller/targets/consent.ts";
import { objectionOf } from "../../controller/targets/kubernetes/objection.ts";
import { applyBody, isSettled, strayFields } from "../../controller/targets/kubernetes/secret-object.ts";
import { ADOPT, ADOPTED, LEFT_BEHIND, MANAGED_BY } from "../../src/model/kubernetes.ts";
import { DEFAULT_POLICY, type SyncPolicy } from "../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../src/model/secret.ts";

const KEY = new Uint8Array(32).fill(7);

function wanted(policy: Partial<SyncPolicy> = {}): Wanted {
  const keys = new Set(["A"]);
  const one = { namespace: "shop", name: "db", uid: "u1", shape: PLAIN_SHAPE, keys, digest: "d1" };
  return { ...one, policy: { ...DEFAULT_POLICY, ...policy } };
}

function live(annotations: Record<string, string> = {}, more: object = {}, metadata: object = {}): SecretObject {
  return {
    type: "Opaque",
    data: { THEIRS: "eA==" },
    ...more,
    metadata: { name: "db", namespace: "shop", uid: "s", annotations, ...metadata },
  } as SecretObject;
}

const consent = (how: "IfUnowned" | "Merge", namespace = "shop"): OperatorConsent =>
  new Map([[namespace, new Set([how])]]);
const judge = (policy: Partial<SyncPolicy>, found: SecretObject, operator = NO_CONSENT) =>
  objectionOf(wanted(policy), found, new Set(["A"]), operator);

/** The metadata after an apply over what was found. */
function applied(policy: Partial<SyncPolicy>, found: SecretObject | undefined): SecretObject {
  const want = wanted(policy);
  const values = new Map([["A", new Uint8Array([97])]]);
  const plain = { namespace: "shop", name: "db", shape: PLAIN_SHAPE, values };
  return JSON.parse(JSON.stringify(applyBody(KEY, want, plain, found))) as SecretObject;
}

describe("consent to be taken over", () => {
  it.each([
    ["nobody", "IfUnowned", {}, NO_CONSENT, "NotOwned"],
    ["nobody, for a merge", "Merge", {}, NO_CONSENT, "NotOwned"],
    ["the operator", "IfUnowned", {}, consent("IfUnowned"), undefined],
    ["the operator, for a merge", "Merge", {}, consent("Merge"), undefined],
    ["the operator, to a merge only", "IfUnowned", {}, consent("Merge"), "NotOwned"],
    ["the operator, to another way only", "Merge", {}, consent("IfUnowned"), "NotOwned"],
    ["the operator, in another namespace", "IfUnowned", {}, consent("IfUnowned", "shop2"), "NotOwned"],
    ["the operator, where the spec does not ask", "Never", {}, consent("IfUnowned"), "NotOwned"],
    ["the Secret", "IfUnowned", { [ADOPT]: "db" }, NO_CONSENT, undefined],
    ["the Secret, for a merge", "Merge", { [ADOPT]: "db" }, NO_CONSENT, undefined],
    ["the Secret, giving itself away", "IfUnowned", { [ADOPT]: "db,own" }, NO_CONSENT, undefined],
    ["the Secret, where the spec does not ask", "Never", { [ADOPT]: "db,own" }, NO_CONSENT, "NotOwned"],
    ["the Secret, to another object", "IfUnowned", { [ADOPT]: "db2" }, NO_CONSENT, "NotOwned"],
    ["the Secret, in words that are none", "IfUnowned", { [ADOPT]: "db,mine" }, NO_CONSENT, "NotOwned"],
    ["the Secret, in too many words", "IfUnowned", { [ADOPT]: "db,own,x" }, NO_CONSENT, "NotOwned"],
    ["the Secret, to all", "IfUnowned", { [ADOPT]: "*" }, NO_CONSENT, "NotOwned"],
    ["the Secret, to nothing", "IfUnowned", { [ADOPT]: "" }, NO_CONSENT, "NotOwned"],
  ] as const)("by %s", (_who, adopt, annotations, operator, reason) => {
    expect(judge({ adopt }, live(annotations), operator)?.reason).toBe(reason);
  });

  it("the refusal names both ways, and says the same whatever the Secret is", () => {
    const owner = { apiVersion: "v1", kind: "Payroll", name: "boss", uid: "x", controller: true };
    const declared = { manager: "flux-payroll", operation: "Apply", fieldsV1: { "f:data": { "f:THEIRS": {} } } };
    const kinds = [
      live(),
      live({}, { type: "payroll.example/x" }),
      live({}, {}, { ownerReferences: [owner] }),
      live({}, {}, { managedFields: [declared] }),
      live({}, {}, { labels: { "lacre.dev/identity": "ed25519" } }),
      live({ "meta.helm.sh/release-name": "x" }, {}, { labels: { "app.kubernetes.io/managed-by": "Helm" } }),
    ];
    const said = new Set(kinds.map((one) => judge({ adopt: "IfUnowned" }, one)?.message));
    expect(said.size).toBe(1);
    expect([...said][0]).toContain("lacre.dev/adopt: db");
    expect([...said][0]).toContain("--adopt shop=IfUnowned");
  });

  it("with consent the refusals name no owner, manager, type or key of the Secret", () => {
    const owner = { apiVersion: "v1", kind: "Payroll", name: "boss", uid: "x", controller: true };
    const declared = { manager: "flux-payroll", operation: "Apply", fieldsV1: { "f:data": { "f:A": {} } } };
    const owned = judge({ adopt: "IfUnowned" }, live({ [ADOPT]: "db" }, {}, { ownerReferences: [owner] }));
    const fought = judge({ adopt: "IfUnowned" }, live({ [ADOPT]: "db" }, {}, { managedFields: [declared] }));
    const taken = judge({ adopt: "Merge" }, live({ [ADOPT]: "db" }, { data: { A: "eA==", THEIRS: "eA==" } }));
    expect([owned?.reason, fought?.reason, taken?.reason]).toEqual(["NotOwned", "FieldConflict", "FieldConflict"]);
    for (const said of [owned, fought, taken]) expect(said?.message).not.toMatch(/payroll|boss|THEIRS/i);
  });
});

describe("what was taken over", () => {
  it("bears the mark, has no owner, and is told to stay", () => {
    const { annotations, ownerReferences } = applied({ adopt: "IfUnowned" }, live()).metadata;
    expect([annotations?.[ADOPTED], annotations?.[LEFT_BEHIND], ownerReferences]).toEqual([
      "IfUnowned",
      "Keep",
      undefined,
    ]);
    const merged = applied({ adopt: "Merge" }, live()).metadata;
    expect([merged.annotations?.[ADOPTED], merged.annotations?.[LEFT_BEHIND], merged.ownerReferences]).toEqual([
      "Merge",
      "Release",
      undefined,
    ]);
    expect(applied({}, undefined).metadata.annotations?.[ADOPTED]).toBeUndefined();
    expect(applied({}, undefined).metadata.ownerReferences).toHaveLength(1);
  });

  it("is at rest with its mark, and not without it", () => {
    const want = wanted({ adopt: "IfUnowned" });
    const kept = applied({ adopt: "IfUnowned" }, live());
    expect(isSettled(KEY, want, kept)).toBe(true);
    const bare = structuredClone(kept) as { metadata: { annotations: Record<string, string> } };
    delete bare.metadata.annotations[ADOPTED];
    expect(isSettled(KEY, want, bare as unknown as SecretObject)).toBe(false);
  });

  it.each([
    [ADOPTED, "Keep"],
    [LEFT_BEHIND, "Keep"],
  ])("stays so when %s is lost by hand, and whatever the spec says later", (lost) => {
    const kept = applied({ adopt: "IfUnowned" }, live());
    const copy = structuredClone(kept) as { metadata: { annotations: Record<string, string> } };
    delete copy.metadata.annotations[lost];
    for (const adopt of ["IfUnowned", "Never", "Merge"] as const) {
      expect(judge({ adopt }, copy as unknown as SecretObject)).toBeUndefined();
      const { annotations, ownerReferences } = applied({ adopt }, copy as unknown as SecretObject).metadata;
      expect([annotations?.[ADOPTED], annotations?.[LEFT_BEHIND], ownerReferences]).toEqual([
        "IfUnowned",
        "Keep",
        undefined,
      ]);
    }
  });

  it("loses an owner reference to us that somebody puts on it", () => {
    const kept = applied({ adopt: "IfUnowned" }, live());
    const reference = { apiVersion: "lacre.dev/v1alpha1", kind: "SealedSecret", name: "db", uid: "u1" };
    const owned = { ...kept, metadata: { ...kept.metadata, ownerReferences: [reference] } };
    expect(strayFields(wanted({ adopt: "IfUnowned" }), owned)).toMatchObject({ metadata: { ownerReferences: [] } });
  });

  it("becomes ours only when the Secret itself says own", () => {
    const kept = applied({ adopt: "IfUnowned" }, live());
    const given = structuredClone(kept) as { metadata: { annotations: Record<string, string> } };
    given.metadata.annotations[ADOPT] = "db,own";
    const after = applied({ adopt: "IfUnowned" }, given as unknown as SecretObject);
    expect(isSettled(KEY, wanted({ adopt: "IfUnowned" }), given as unknown as SecretObject)).toBe(false);
    expect(after.metadata.annotations?.[ADOPTED]).toBeUndefined();
    expect(after.metadata.ownerReferences).toHaveLength(1);
  });

  it("what was merged into is not taken whole without consent to that", () => {
    const merged = applied({ adopt: "Merge" }, live());
    const shared = { ...merged, data: { ...merged.data, THEIRS: "eA==" } };
    expect(judge({ adopt: "Merge" }, shared)).toBeUndefined();
    for (const adopt of ["Never", "IfUnowned"] as const) expect(judge({ adopt }, shared)?.reason).toBe("NotOwned");
    expect(judge({ adopt: "IfUnowned" }, shared, consent("IfUnowned"))).toBeUndefined();
    expect(applied({ adopt: "IfUnowned" }, shared).metadata.annotations?.[ADOPTED]).toBe("IfUnowned");
  });

  it("a key that left our part and came back by others' hands is theirs", () => {
    const without = { ...wanted({ adopt: "Merge" }), keys: new Set(["B"]) };
    const values = new Map([["B", new Uint8Array([98])]]);
    const plain = { namespace: "shop", name: "db", shape: PLAIN_SHAPE, values };
    const merged = JSON.parse(JSON.stringify(applyBody(KEY, without, plain, live()))) as SecretObject;
    // The marks of age still know A, which was ours once.
    expect(judge({ adopt: "Merge" }, { ...merged, data: { ...merged.data, A: "eA==" } })?.reason).toBe("FieldConflict");
    expect(judge({ adopt: "Merge" }, merged)).toBeUndefined();
  });

  it("what an earlier version took over keeps its owner, and what it merged into is left as it is", () => {
    const label = { labels: { [MANAGED_BY]: "lacre" } };
    const theirs = { manager: "kubectl-create", operation: "Update", fieldsV1: { "f:type": {} } };
    const owner = { apiVersion: "lacre.dev/v1alpha1", kind: "SealedSecret", name: "db", uid: "u1", controller: true };
    const more = { ...label, managedFields: [theirs], ownerReferences: [owner] };
    const taken = live({ [LEFT_BEHIND]: "Delete" }, {}, more);
    expect(judge({ adopt: "IfUnowned" }, taken)).toBeUndefined();
    expect(applied({ adopt: "IfUnowned" }, taken).metadata.ownerReferences).toHaveLength(1);
    const merged = live({ [LEFT_BEHIND]: "Release" }, {}, { ...label, managedFields: [theirs] });
    expect(judge({ adopt: "Merge" }, merged)).toBeUndefined();
    expect(judge({ adopt: "Never" }, merged)?.reason).toBe("NotOwned");
  });
});

describe("--adopt", () => {
  it("takes namespaces and a way, several times", () => {
    const { adopt } = parseClusterConfig(["--adopt", "a,b=IfUnowned", "--adopt", "b=Merge"]);
    expect([...(adopt.get("a") ?? [])]).toEqual(["IfUnowned"]);
    expect([...(adopt.get("b") ?? [])]).toEqual(["IfUnowned", "Merge"]);
    expect(parseClusterConfig([]).adopt.size).toBe(0);
  });

  it.each(["IfUnowned", "shop", "shop=Never", "shop=own", "=Merge", "*=Merge", "a,=Merge", "a=Merge=Merge", "a=merge"])(
    "refuses %s",
    (text) => {
      expect(() => parseClusterConfig(["--adopt", text])).toThrow();
    },
  );

  it("refuses a namespace that is not looked after", () => {
    expect(() => parseClusterConfig(["--namespace", "a", "--adopt", "b=Merge"])).toThrow(/does not look after it/);
  });
});
