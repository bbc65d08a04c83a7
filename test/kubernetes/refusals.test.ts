/** What somebody with write access to the repository, or with kubectl in one namespace, can try. Numbers are the adversarial cases. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { generateKey } from "../../src/crypto/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { sealedThing } from "../support/sealed-things.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const NOW = Math.floor(Date.now() / 1000);

describe.skipIf(inject("assets") === undefined)("the controller refuses", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start({ namespaces: ["other"] });
  });
  afterAll(() => cluster.stop());

  const secret = (name: string, more: object = {}) => ({
    apiVersion: "v1",
    kind: "Secret",
    data: { THEIRS: base64("theirs") },
    ...more,
    metadata: { name, namespace: cluster.namespace(), ...(more as { metadata?: object }).metadata },
  });
  const createSecret = async (name: string, more: object = {}) => {
    const answer = await cluster.admin.request(
      "POST",
      `${cluster.secretPath()}?fieldManager=kubectl-create`,
      secret(name, more),
    );
    expect(answer.status).toBe(201);
  };

  /** The Secret's own consent to be taken over by the SealedSecret of its name. */
  const consent = async (name: string) => {
    const annotations = { "lacre.dev/adopt": name };
    const answer = await cluster.admin.request("PATCH", cluster.secretPath(name), { metadata: { annotations } }, MERGE);
    expect(answer.status).toBe(200);
  };

  it("34: a Secret that was there before, and retries at once when it goes", async () => {
    await createSecret("theirs");
    await cluster.apply(sealedThing(cluster, "theirs", { A: "a" }));
    const object = await cluster.untilReason("theirs", "NotOwned");
    expect(object.status?.conditions?.find(({ type }) => type === "Stalled")).toMatchObject({
      status: "True",
      reason: "NotOwned",
    });
    expect(await cluster.values("theirs")).toEqual({ THEIRS: "theirs" });
    await until("an event says so", async () =>
      (await cluster.events("theirs")).some(({ reason }) => reason === "NotOwned"),
    );
    await cluster.admin.request("DELETE", cluster.secretPath("theirs"));
    await cluster.untilValues("theirs", { A: "a" });
    await cluster.untilReason("theirs", "Synced");
  });

  it("34: a Secret of Helm or of another controller, also with adopt: IfUnowned", async () => {
    await createSecret("helm", {
      metadata: {
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: { "meta.helm.sh/release-name": "shop" },
      },
    });
    const maps = `/api/v1/namespaces/${cluster.namespace()}/configmaps`;
    const owner = await cluster.admin.request("POST", maps, { metadata: { name: "web" } });
    const uid = owner.body.metadata.uid;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "web", uid, controller: true }];
    await createSecret("owned", { metadata: { ownerReferences } });
    for (const name of ["helm", "owned"]) {
      await consent(name);
      await cluster.apply(sealedThing(cluster, name, { A: "a" }, { spec: { adopt: "IfUnowned" } }));
    }
    expect((await cluster.untilReason("helm", "NotOwned")).status?.conditions?.[0]?.message).toContain(
      "another controller or to a Helm release",
    );
    expect(await cluster.values("helm")).toEqual({ THEIRS: "theirs" });
    expect((await cluster.untilReason("owned", "NotOwned")).status?.conditions?.[0]?.message).not.toContain("web");
    expect(await cluster.values("owned")).toEqual({ THEIRS: "theirs" });
  });

  it("34: what another declares by server-side apply, told without a name, and never in a fight", async () => {
    const theirs = secret("declared", { type: "Opaque" });
    await cluster.admin.request(
      "PATCH",
      `${cluster.secretPath("declared")}?fieldManager=flux`,
      theirs,
      "application/apply-patch+yaml",
    );
    await consent("declared");
    await cluster.apply(sealedThing(cluster, "declared", { THEIRS: "ours" }, { spec: { adopt: "IfUnowned" } }));
    const object = await cluster.untilReason("declared", "FieldConflict");
    expect(object.status?.conditions?.[0]?.message).not.toContain("flux");
    expect(await cluster.values("declared")).toEqual({ THEIRS: "theirs" });
  });

  it("34: adopts an unowned Secret when told to, with exactly its own keys, and takes kubectl's copy of the old values away", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"THEIRS":"dGhlaXJz"}}' };
    await createSecret("adopted", { metadata: { annotations } });
    await consent("adopted");
    await cluster.apply(sealedThing(cluster, "adopted", { A: "a" }, { spec: { adopt: "IfUnowned" } }));
    await cluster.untilValues("adopted", { A: "a" });
    await cluster.untilReason("adopted", "Synced");
    expect(JSON.stringify((await cluster.secret("adopted"))?.metadata.annotations)).not.toContain("last-applied");
  });

  it("34: merges its keys into a Secret of others when told to, and takes only them away again", async () => {
    await createSecret("merged");
    await consent("merged");
    await cluster.apply(sealedThing(cluster, "merged", { OURS: "ours" }, { spec: { adopt: "Merge" } }));
    await cluster.untilValues("merged", { THEIRS: "theirs", OURS: "ours" });
    await cluster.untilReason("merged", "Synced");
    expect((await cluster.secret("merged"))?.metadata.ownerReferences).toBeUndefined();
    await cluster.admin.request(
      "PATCH",
      cluster.secretPath("merged"),
      { data: { OURS: base64("by hand"), THEIRS: base64("new") } },
      MERGE,
    );
    await cluster.untilValues("merged", { THEIRS: "new", OURS: "ours" });
    await cluster.admin.request("DELETE", cluster.sealedPath("merged"));
    await cluster.untilValues("merged", { THEIRS: "new" });
  });

  it("34: never merges over a key of others", async () => {
    await createSecret("taken");
    await consent("taken");
    await cluster.apply(sealedThing(cluster, "taken", { THEIRS: "ours" }, { spec: { adopt: "Merge" } }));
    await cluster.untilReason("taken", "FieldConflict");
    expect(await cluster.values("taken")).toEqual({ THEIRS: "theirs" });
  });

  it("34: a Secret that holds a key of the controller, whatever adopt says", async () => {
    await createSecret("lacre-key-x", {
      metadata: { labels: { "lacre.dev/sealing-key": "active", "lacre.dev/managed-by": "lacre" } },
    });
    await cluster.apply(sealedThing(cluster, "lacre-key-x", { A: "a" }, { spec: { adopt: "IfUnowned" } }));
    await cluster.untilReason("lacre-key-x", "NotOwned");
    expect(await cluster.values("lacre-key-x")).toEqual({ THEIRS: "theirs" });
  });

  it("35: types that grant access to the cluster, at the API server", async () => {
    for (const type of ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"]) {
      const thing = sealedThing(cluster, "typed", { A: "a" }, { spec: { secret: { type } } });
      const answer = await cluster.admin.request("POST", cluster.sealedPath(), thing);
      expect([answer.status, answer.body.message]).toEqual([422, expect.stringContaining("never made from Git")]);
    }
  });

  it("36, 37: replication annotations, our own labels, owner references and finalizers of the manifest do not reach the Secret", async () => {
    const spec = {
      secret: {
        labels: { "lacre.dev/sealing-key": "active", "lacre.dev/managed-by": "me", "argocd.argoproj.io/instance": "x" },
        annotations: { "replicator.v1.mittwald.de/replicate-to": "*", "lacre.dev/mac": "x", "x.lacre.dev/y": "z" },
      },
    };
    const thing = sealedThing(cluster, "smuggler", { A: "a" }, { spec });
    const metadata = {
      ...thing.metadata,
      finalizers: ["example.org/keep"],
      annotations: { "lacre.dev/scope": "cluster" },
    };
    await cluster.apply({ ...thing, metadata } as never);
    await cluster.untilReason("smuggler", "Synced");
    const live = await cluster.secret("smuggler");
    expect(live?.metadata.labels).toEqual({ "lacre.dev/managed-by": "lacre" });
    expect(Object.keys(live?.metadata.annotations ?? {}).sort()).toEqual(["lacre.dev/left-behind", "lacre.dev/mac"]);
    expect(live?.metadata).not.toHaveProperty("finalizers");
    await cluster.admin.request("PATCH", cluster.sealedPath("smuggler"), { metadata: { finalizers: null } }, MERGE);
  });

  it("38: a template in a value is text", async () => {
    const values = { A: '{{ .Env.HOME }} $HOME `id` {{ lookup "v1" "Secret" "kube-system" "x" }}' };
    await cluster.apply(sealedThing(cluster, "template", values));
    await cluster.untilValues("template", values);
  });

  it("39: one bad entry of five: nothing is written, the old Secret stays, the status names the entry", async () => {
    const values = { A: "a", B: "b", C: "c", D: "d", E: "e" };
    await cluster.apply(sealedThing(cluster, "five", values));
    await cluster.untilReason("five", "Synced");
    const next = sealedThing(cluster, "five", { A: "a2", B: "b2", C: "c2", D: "d2", E: "e2" });
    (next.spec.entries as Record<string, { sealed: string }>)["C"] = { sealed: "lacre1.AAAA" };
    await cluster.apply(next);
    const object = await cluster.untilReason("five", "MalformedToken");
    expect(object.status?.conditions?.[0]?.message).toBe("entry C is not a sound token; the last good state stays");
    expect(object.status?.entries).toMatchObject({ total: 5, opened: 0 });
    expect(await cluster.values("five")).toEqual(values);
  });

  const moved: readonly (readonly [string, object, string])[] = [
    ["a token of another namespace", { namespace: "elsewhere" }, "WrongContext"],
    ["a token of another Secret", { name: "elsewhere" }, "WrongContext"],
    ["a token of another key", { keyFor: () => "OTHER" }, "WrongContext"],
    ["a scope that is not accepted", { scope: "cluster" }, "ScopeNotAccepted"],
    ["42: a token from the far future", { sealedAt: NOW + 3 * 86_400 }, "SealedInFuture"],
  ];
  it.each(moved)("%s", async (what, chosen, reason) => {
    const name = `moved-${what.length}-${reason.toLowerCase()}`;
    await cluster.apply(sealedThing(cluster, name, { A: "a" }, chosen));
    await cluster.untilReason(name, reason);
    expect(await cluster.secret(name)).toBeUndefined();
  });

  it("41: a replayed older token is applied with a warning, and the mark does not sink", async () => {
    const [older, newer] = [100, 10].map((age) =>
      sealedThing(cluster, "replayed", { A: `age ${age}` }, { sealedAt: NOW - age }),
    );
    for (const thing of [older, newer, older]) {
      await cluster.apply(thing as never);
      await cluster.untilReason("replayed", "Synced");
    }
    await cluster.untilValues("replayed", { A: "age 100" });
    const object = await cluster.untilReason("replayed", "Synced");
    expect(object.status?.conditions?.[0]?.message).toContain("entry A is older than one that was applied before");
    expect(object.status?.sealedAt?.["A"]?.time).toBe(NOW - 10);
    expect((await cluster.events("replayed")).map(({ reason }) => reason)).toContain("RolledBack");
  });

  it("43: an immutable Secret and a change of type: said once, nothing half done, mended by deleting the Secret", async () => {
    await cluster.apply(sealedThing(cluster, "frozen", { A: "a" }, { spec: { secret: { immutable: true } } }));
    await cluster.untilReason("frozen", "Synced");
    await cluster.apply(sealedThing(cluster, "frozen", { A: "a2" }, { spec: { secret: { immutable: true } } }));
    await cluster.untilReason("frozen", "ImmutableTarget");
    const requests = await cluster.controller.metric(
      'lacre_api_request_duration_seconds_count{method="PATCH",code="422"}',
    );
    expect(requests).toBeUndefined();
    await cluster.admin.request("DELETE", cluster.secretPath("frozen"));
    await cluster.untilValues("frozen", { A: "a2" });

    await cluster.apply(sealedThing(cluster, "retyped", { A: "a" }));
    await cluster.untilReason("retyped", "Synced");
    await cluster.apply(sealedThing(cluster, "retyped", { A: "a" }, { spec: { secret: { type: "example.org/t" } } }));
    expect((await cluster.untilReason("retyped", "ImmutableTarget")).status?.conditions?.[0]?.message).toContain(
      "example.org/t",
    );
    expect((await cluster.secret("retyped"))?.type).toBe("Opaque");
  });

  it("43: a SealedSecret that is renamed does not take its strict tokens along", async () => {
    const thing = sealedThing(cluster, "before", { A: "a" });
    await cluster.apply(thing);
    await cluster.untilReason("before", "Synced");
    await cluster.admin.request("DELETE", cluster.sealedPath("before"));
    await cluster.apply({ ...thing, metadata: { ...thing.metadata, name: "after" } });
    await cluster.untilReason("after", "WrongContext");
    expect(await cluster.secret("after")).toBeUndefined();
  });

  it("44: an unknown key: its id and those that are held are named, the last good Secret stays", async () => {
    const stranger = generateKey(await loadEngine(), "mlkem768x25519").publicKey;
    await cluster.apply(sealedThing(cluster, "strange", { A: "good" }));
    await cluster.untilReason("strange", "Synced");
    await cluster.apply(sealedThing(cluster, "strange", { A: "a" }, { recipients: [stranger] }));
    const object = await cluster.untilReason("strange", "UnknownKey");
    expect(object.status?.conditions?.[0]?.message).toMatch(
      new RegExp(`${stranger.keyId.slice(0, 8)}; held: [0-9a-f]{8}`),
    );
    expect(await cluster.values("strange")).toEqual({ A: "good" });
  });

  it("45: broken objects are not tried again and again, and hold up nobody", async () => {
    for (let i = 0; i < 5; i++)
      await cluster.apply(sealedThing(cluster, `broken-${i}`, { A: "a" }, { name: "elsewhere" }));
    for (let i = 0; i < 5; i++) await cluster.untilReason(`broken-${i}`, "WrongContext");
    // The echo of a status may be seen before the answer to it, and gives one more look.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const before = await cluster.controller.metric('lacre_opens_total{result="WrongContext"}');
    await cluster.apply(sealedThing(cluster, "good", { A: "a" }));
    await cluster.untilReason("good", "Synced");
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await cluster.controller.metric('lacre_opens_total{result="WrongContext"}')).toBe(before);
  });

  it("more than 768 KiB in one Secret: said before anything is written", async () => {
    const values = { A: "x".repeat(400_000), B: "y".repeat(400_000) };
    await cluster.apply(sealedThing(cluster, "large", values));
    await cluster.untilReason("large", "TooLarge");
    expect(await cluster.secret("large")).toBeUndefined();
  });

  it("what an admission policy denies: tried again, said without the policy's own words, and well when the policy goes", async () => {
    const name = `deny-${cluster.id}`;
    const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["secrets"] };
    const expression = "object.metadata.name != 'denied' || false";
    await cluster.admin.request("POST", policies, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression, messageExpression: "'canary ' + string(object.data['A'])" }],
      },
    });
    const binding = { policyName: name, validationActions: ["Deny"] };
    await cluster.admin.request("POST", bindings, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: binding,
    });
    const probe = secret("denied");
    await until(
      "the policy is at work",
      async () => (await cluster.admin.request("POST", `${cluster.secretPath()}?dryRun=All`, probe)).status === 422,
    );
    await cluster.apply(sealedThing(cluster, "denied", { A: "a" }));
    const object = await cluster.untilReason("denied", "AccessDenied");
    expect(object.status?.conditions?.find(({ type }) => type === "Reconciling")).toMatchObject({
      reason: "ProgressingWithRetry",
    });
    expect(JSON.stringify(object.status)).not.toContain("canary");
    await cluster.admin.request("DELETE", `${bindings}/${name}`);
    await cluster.admin.request("DELETE", `${policies}/${name}`);
    await cluster.untilValues("denied", { A: "a" });
  });

  it("an entry with environments: the slot of this cluster's key is opened; two that fit are an error", async () => {
    const stranger = generateKey(await loadEngine(), "mlkem768x25519").publicKey;
    const ours = sealedThing(cluster, "slots", { A: "prod value" }).spec.entries["A"];
    const theirs = sealedThing(cluster, "slots", { A: "staging" }, { recipients: [stranger] }).spec.entries["A"];
    const thing = (environments: object) => ({
      ...sealedThing(cluster, "slots", {}),
      spec: { entries: { A: { environments } } },
    });
    await cluster.apply(thing({ staging: theirs, prod: ours }) as never);
    await cluster.untilValues("slots", { A: "prod value" });
    await cluster.apply(thing({ staging: ours, prod: ours }) as never);
    await cluster.untilReason("slots", "AmbiguousEntry");
    await cluster.apply(thing({ staging: theirs, dev: theirs }) as never);
    await cluster.untilReason("slots", "UnknownKey");
    expect(await cluster.values("slots")).toEqual({ A: "prod value" });
  });

  it("a namespace that vanishes: the others go on, nothing is written into it", async () => {
    const namespace = cluster.namespace("other");
    await cluster.apply({ ...cluster.seal("gone", { A: "a" }, { namespace }) });
    await cluster.untilValues("gone", { A: "a" }, namespace);
    await cluster.admin.request("DELETE", `/api/v1/namespaces/${namespace}`);
    await until(
      "the namespace is gone",
      async () => (await cluster.admin.get(`/api/v1/namespaces/${namespace}`)) === undefined,
      60_000,
    );
    await cluster.apply(sealedThing(cluster, "after-vanishing", { A: "a" }));
    await cluster.untilReason("after-vanishing", "Synced");
  });
});

describe.skipIf(inject("assets") === undefined)("the controller with --rollback refuse", () => {
  it("41: a replayed older token is refused, the newer value stays; a revert of what was applied last is none", async () => {
    const cluster = await TestCluster.start({ args: ["--rollback", "refuse"] });
    try {
      const [older, newer] = [100, 10].map((age) =>
        sealedThing(cluster, "replayed", { A: `age ${age}` }, { sealedAt: NOW - age }),
      );
      for (const thing of [older, newer]) {
        await cluster.apply(thing as never);
        await cluster.untilReason("replayed", "Synced");
      }
      await cluster.apply(older as never);
      await cluster.untilReason("replayed", "RolledBack");
      expect(await cluster.values("replayed")).toEqual({ A: "age 10" });
      await cluster.apply(newer as never);
      await cluster.untilReason("replayed", "Synced");
    } finally {
      await cluster.stop();
    }
  });
});
