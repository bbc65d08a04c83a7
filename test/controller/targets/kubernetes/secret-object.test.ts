/** The Kubernetes Secret of a SealedSecret, without a cluster: what is ours, what is in the way, what the MAC covers. */

import { describe, expect, it } from "vitest";
import type { Wanted } from "../../../../controller/decide/wanted.ts";
import type { SecretObject } from "../../../../controller/kube/object.ts";
import { NO_CONSENT, type OperatorConsent } from "../../../../controller/targets/consent.ts";
import { frozenBy, objectionOf } from "../../../../controller/targets/kubernetes/objection.ts";
import { isOurs } from "../../../../controller/targets/kubernetes/ownership.ts";
import {
  applyBody,
  isSettled,
  readLive,
  strayFields,
} from "../../../../controller/targets/kubernetes/secret-object.ts";
import { MAC, MANAGED_BY } from "../../../../src/model/kubernetes.ts";
import { DEFAULT_POLICY, type SyncPolicy } from "../../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../../src/model/secret.ts";

const KEY = new Uint8Array(32).fill(7);
const bytes = (text: string) => new TextEncoder().encode(text);

function wanted(changes: Partial<Wanted> = {}, policy: Partial<SyncPolicy> = {}): Wanted {
  return {
    namespace: "shop",
    name: "db",
    uid: "owner-1",
    shape: PLAIN_SHAPE,
    policy: { ...DEFAULT_POLICY, ...policy },
    keys: new Set(["A", "B"]),
    digest: "d1",
    ...changes,
  };
}

/** The Secret as the API server would store it after our apply. */
function stored(want: Wanted, values: Readonly<Record<string, string>> = { A: "a", B: "b" }): SecretObject {
  const map = new Map(Object.entries(values).map(([key, value]) => [key, bytes(value)]));
  const plain = { namespace: want.namespace, name: want.name, shape: want.shape, values: map };
  return JSON.parse(JSON.stringify(applyBody(KEY, want, plain, undefined))) as SecretObject;
}

/** A Secret that a test may change in any way. */
type Loose = {
  data: Record<string, string>;
  type: string;
  immutable: boolean;
  metadata: {
    labels: Record<string, string>;
    annotations: Record<string, string>;
    ownerReferences?: { uid: string }[];
    managedFields: unknown[];
    resourceVersion: string;
  };
};

/** A copy with one thing about it different. */
function changed(secret: SecretObject, change: (copy: Loose) => void): SecretObject {
  const copy = structuredClone(secret);
  change(copy as unknown as Loose);
  return copy;
}

const declares = (manager: string, operation: string, ...keys: readonly string[]) => ({
  manager,
  operation,
  fieldsV1: { "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
});

describe("the MAC of a Secret", () => {
  const want = wanted();
  const secret = stored(want);

  it("fits what was written, and nothing needs to be opened to know", () => {
    expect(isSettled(KEY, want, secret)).toBe(true);
  });

  const edits: readonly (readonly [string, (copy: Loose) => void])[] = [
    ["a value", (copy) => (copy.data["A"] = "eA==")],
    ["a key that went", (copy) => delete copy.data["B"]],
    ["a key that came", (copy) => (copy.data["C"] = "eA==")],
    ["two values swapped", (copy) => Object.assign(copy.data, { A: copy.data["B"], B: copy.data["A"] })],
    ["the type", (copy) => (copy.type = "example.org/t")],
    ["immutable", (copy) => (copy.immutable = true)],
    ["our label", (copy) => delete copy.metadata.labels[MANAGED_BY]],
    ["the owner", (copy) => delete copy.metadata.ownerReferences],
    ["the mark itself", (copy) => (copy.metadata.annotations[MAC] = "forged")],
    [
      "kubectl's copy of the values",
      (copy) => (copy.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}"),
    ],
    ["another's declaration", (copy) => (copy.metadata.managedFields = [declares("flux", "Apply", "A")])],
  ];
  it.each(edits)("does not fit after a change of %s", (_what, edit) => {
    expect(isSettled(KEY, want, changed(secret, edit))).toBe(false);
  });

  it("fits no other place, no other object of this name, no other spec and no other cluster", () => {
    for (const other of [wanted({ namespace: "other" }), wanted({ name: "other" }), wanted({ digest: "d2" })]) {
      expect(isSettled(KEY, other, secret)).toBe(false);
    }
    const heir = wanted({ uid: "owner-2" });
    const moved = changed(secret, (copy) => {
      copy.metadata.ownerReferences = [{ uid: "owner-2" }];
    });
    expect(isSettled(KEY, heir, moved)).toBe(false);
    expect(isSettled(new Uint8Array(32), want, secret)).toBe(false);
  });

  it("is different for equal values elsewhere", () => {
    const [here, there] = [stored(wanted()), stored(wanted({ name: "other" }))].map(
      ({ metadata }) => metadata.annotations?.[MAC],
    );
    expect(here).not.toBe(there);
  });

  it("covers keys that look like parts of an object's prototype", () => {
    const odd = wanted({ keys: new Set(["__proto__", "constructor"]) });
    const values = Object.fromEntries([
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    const made = stored(odd, values);
    expect(Object.keys(made.data ?? {}).sort()).toEqual(["__proto__", "constructor"]);
    expect(isSettled(KEY, odd, made)).toBe(true);
    expect([...readLive(odd, made).values.keys()].sort()).toEqual(["__proto__", "constructor"]);
  });

  it("leaves the keys of others out under Merge, and only then", () => {
    const merge = wanted({}, { adopt: "Merge" });
    const shared = changed(stored(merge), (copy) => {
      copy.data["THEIRS"] = "eA==";
    });
    expect(isSettled(KEY, merge, shared)).toBe(true);
    expect([...readLive(merge, shared).values.keys()]).toEqual(["A", "B"]);
  });
});

describe("what is in the way", () => {
  const none = new Set<string>();
  const all: OperatorConsent = new Map([["shop", new Set(["IfUnowned", "Merge"])]]);
  const live = (more: object = {}, metadata: object = {}): SecretObject =>
    ({
      type: "Opaque",
      data: {},
      ...more,
      metadata: { name: "db", namespace: "shop", uid: "s", ...metadata },
    }) as SecretObject;
  const owner = (kind: string, apiVersion = "apps/v1") => ({
    ownerReferences: [{ apiVersion, kind, name: "x", uid: "u", controller: true }],
  });

  it.each([
    ["nothing there", undefined, {}, undefined],
    ["an unowned Secret, where the spec does not ask for it", live(), { adopt: "Never" }, "NotOwned"],
    ["an unowned Secret", live(), {}, undefined],
    ["a Secret of a Deployment", live({}, owner("Deployment")), {}, "NotOwned"],
    ["a SealedSecret of another project", live({}, owner("SealedSecret", "bitnami.com/v1alpha1")), {}, "NotOwned"],
    ["a key of the controller", live({}, { labels: { "lacre.dev/sealing-key": "active" } }), {}, "NotOwned"],
    ["its identity", live({}, { labels: { "lacre.dev/identity": "ed25519", [MANAGED_BY]: "lacre" } }), {}, "NotOwned"],
    [
      "a declaration of the same values",
      live({}, { managedFields: [declares("flux", "Apply", "A")] }),
      {},
      "FieldConflict",
    ],
    ["a hand edit of them", live({}, { managedFields: [declares("kubectl-edit", "Update", "A")] }), {}, undefined],
    ["our own declaration", live({}, { managedFields: [declares("lacre", "Apply", "A")] }), {}, undefined],
    [
      "Merge: another's other keys",
      live({}, { managedFields: [declares("flux", "Apply", "THEIRS")] }),
      { adopt: "Merge" },
      undefined,
    ],
    ["Merge: a key of the same name", live({ data: { A: "eA==" } }), { adopt: "Merge" }, "FieldConflict"],
    ["Merge: a Secret with an owner", live({}, owner("Deployment")), { adopt: "Merge" }, undefined],
  ] as const)("%s", (_what, found, policy, reason) => {
    expect(objectionOf(wanted({}, { adopt: "IfUnowned", ...policy }), found, none, all)?.reason).toBe(reason);
  });

  it("Merge: a key that we put there ourselves is none", () => {
    const ours = live({ data: { A: "eA==" } }, { labels: { [MANAGED_BY]: "lacre" } });
    expect(objectionOf(wanted({}, { adopt: "Merge" }), ours, new Set(["A"]), NO_CONSENT)).toBeUndefined();
    expect(objectionOf(wanted({}, { adopt: "Merge" }), ours, none, NO_CONSENT)?.reason).toBe("FieldConflict");
  });

  it("type and immutable cannot be changed by anybody", () => {
    expect(frozenBy(wanted(), live())).toBeUndefined();
    expect(frozenBy(wanted(), live({ type: "other" }))?.reason).toBe("ImmutableTarget");
    expect(frozenBy(wanted(), live({ immutable: true }))?.reason).toBe("ImmutableTarget");
  });

  it("a Secret is ours by its label, its owner or what we left on it", () => {
    expect(isOurs(wanted(), live())).toBe(false);
    expect(isOurs(wanted(), live({}, { labels: { [MANAGED_BY]: "lacre" } }))).toBe(true);
    expect(isOurs(wanted({ uid: "u" }), live({}, owner("SealedSecret", "lacre.dev/v1alpha1")))).toBe(true);
    expect(isOurs(wanted(), live({}, { annotations: { "lacre.dev/left-behind": "Orphan" } }))).toBe(true);
  });
});

describe("what an apply cannot take away", () => {
  it("is nothing for a Secret that is only ours", () => {
    expect(strayFields(wanted(), stored(wanted()))).toBeUndefined();
  });

  it("are keys of others, kubectl's copy, and an owner of this name that is gone", () => {
    const secret = changed(stored(wanted({ uid: "old" })), (copy) => {
      copy.data["C"] = "eA==";
      copy.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}";
      copy.metadata.resourceVersion = "5";
    });
    expect(strayFields(wanted(), secret)).toMatchObject({
      metadata: {
        resourceVersion: "5",
        ownerReferences: [],
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": null },
      },
      data: { C: null },
    });
    expect(strayFields(wanted({}, { adopt: "Merge" }), secret)).not.toHaveProperty("data");
  });
});
