/** What the controller does on a real API server when all goes well, and when hands edit what it keeps. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe.skipIf(inject("assets") === undefined)("the controller on Kubernetes", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start();
  });
  afterAll(() => cluster.stop());

  it("makes a Secret of a SealedSecret, owned, labelled, and nothing of the manifest's own metadata on it", async () => {
    const sealed = cluster.seal("db", { PASSWORD: "correct horse", PORT: "5432" });
    const labels = { "app.kubernetes.io/instance": "shop", "argocd.argoproj.io/instance": "shop" };
    await cluster.apply({ ...sealed, metadata: { ...sealed.metadata, labels } });
    await cluster.untilValues("db", { PASSWORD: "correct horse", PORT: "5432" });
    const object = await cluster.untilReason("db", "Synced");
    const secret = await cluster.secret("db");
    expect(secret?.type).toBe("Opaque");
    expect(secret?.metadata.labels).toEqual({ "lacre.dev/managed-by": "lacre" });
    expect(Object.keys(secret?.metadata.annotations ?? {}).sort()).toEqual(["lacre.dev/left-behind", "lacre.dev/mac"]);
    expect(secret?.metadata.ownerReferences).toMatchObject([
      { kind: "SealedSecret", name: "db", uid: object.metadata.uid, controller: true },
    ]);
    expect(secret?.metadata.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([
      ["lacre", "Apply"],
    ]);
    expect(object.status).toMatchObject({
      observedGeneration: 1,
      conditions: [{ type: "Ready", status: "True", reason: "Synced", observedGeneration: 1 }],
      entries: { total: 2, opened: 2 },
      secret: { uid: secret?.metadata.uid },
    });
    expect(object.status?.keyIds).toHaveLength(1);
    expect(Object.keys(object.status?.sealedAt ?? {}).sort()).toEqual(["PASSWORD", "PORT"]);
  });

  it("is what kubectl waits for and describes, with columns for people", async () => {
    await cluster.apply(cluster.seal("waited", { A: "1" }));
    const waited = cluster.kubectl([
      "-n",
      cluster.namespace(),
      "wait",
      "--for=condition=Ready",
      "lacre/waited",
      "--timeout=20s",
    ]);
    expect(waited.stdout).toContain("condition met");
    const [header, row] = cluster.kubectl(["-n", cluster.namespace(), "get", "lacre", "waited"]).stdout.split("\n");
    expect(header?.split(/\s+/)).toEqual(["NAME", "READY", "REASON", "ENTRIES", "KEY", "AGE"]);
    expect(row).toMatch(/^waited +True +Synced +1\/1 +[0-9a-f]{8} /);
    await until("there is an event", async () => (await cluster.events("waited")).length > 0);
    expect(await cluster.events("waited")).toMatchObject([{ type: "Normal", reason: "Created" }]);
  });

  it("an object that nobody has looked at yet is in progress, by the CRD's defaults", async () => {
    const { body } = await cluster.admin.request("POST", "/apis/lacre.dev/v1alpha1/namespaces/default/sealedsecrets", {
      apiVersion: "lacre.dev/v1alpha1",
      kind: "SealedSecret",
      metadata: { name: `unseen-${cluster.id}`, namespace: "default" },
      spec: { entries: { A: { sealed: "lacre1.AAAA" } } },
    });
    expect(body.status).toMatchObject({
      observedGeneration: -1,
      conditions: [{ type: "Ready", status: "Unknown", reason: "Progressing" }],
    });
  });

  it("puts hand edits right: a changed value, an added key, a removed key, a removed label, a removed owner", async () => {
    await cluster.apply(cluster.seal("edited", { A: "a", B: "b" }));
    await cluster.untilReason("edited", "Synced");
    const edits = [
      { data: { A: base64("by hand") } },
      { data: { C: base64("by hand") } },
      { data: { B: null } },
      { metadata: { labels: { "lacre.dev/managed-by": null } } },
      { metadata: { ownerReferences: null } },
      { metadata: { annotations: { "lacre.dev/mac": "forged" } } },
      { metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"A":"Ynk="}}' } } },
    ];
    for (const edit of edits) {
      const before = await cluster.secret("edited");
      expect((await cluster.admin.request("PATCH", cluster.secretPath("edited"), edit, MERGE)).status).toBe(200);
      await until(`${JSON.stringify(edit)} is put right`, async () => {
        const now = await cluster.secret("edited");
        return (
          JSON.stringify([
            now?.data,
            now?.metadata.labels,
            now?.metadata.annotations,
            now?.metadata.ownerReferences,
          ]) ===
          JSON.stringify([
            before?.data,
            before?.metadata.labels,
            before?.metadata.annotations,
            before?.metadata.ownerReferences,
          ])
        );
      });
    }
    expect((await cluster.events("edited")).map(({ reason }) => reason)).toContain("DriftCorrected");
  });

  it("puts a deleted Secret back", async () => {
    await cluster.apply(cluster.seal("deleted", { A: "a" }));
    await cluster.untilReason("deleted", "Synced");
    const before = await cluster.secret("deleted");
    await cluster.admin.request("DELETE", cluster.secretPath("deleted"));
    await cluster.untilValues("deleted", { A: "a" });
    expect((await cluster.secret("deleted"))?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  it("a key removed from Git is removed live, a new one is added, a changed one is changed", async () => {
    await cluster.apply(cluster.seal("changing", { A: "a", B: "b" }));
    await cluster.untilValues("changing", { A: "a", B: "b" });
    await cluster.apply(cluster.seal("changing", { B: "b2", C: "c" }));
    await cluster.untilValues("changing", { B: "b2", C: "c" });
    const object = await cluster.untilReason("changing", "Synced");
    expect(object.metadata.generation).toBe(2);
    // The mark of the removed key stays, or removing it for a moment would allow a replay.
    expect(Object.keys(object.status?.sealedAt ?? {}).sort()).toEqual(["A", "B", "C"]);
  });

  it("values sealed anew without a change move only the mark", async () => {
    await cluster.apply(cluster.seal("resealed", { A: "a" }));
    await cluster.untilReason("resealed", "Synced");
    const before = await cluster.secret("resealed");
    await cluster.apply(cluster.seal("resealed", { A: "a" }));
    await until("the mark moved", async () => {
      const now = await cluster.secret("resealed");
      return now?.metadata.annotations?.["lacre.dev/mac"] !== before?.metadata.annotations?.["lacre.dev/mac"];
    });
    await cluster.untilReason("resealed", "Synced");
    expect(await cluster.values("resealed")).toEqual({ A: "a" });
  });

  it("type, labels and annotations come from spec.secret through the allow-list", async () => {
    const sealed = cluster.seal("shaped", { "tls.crt": "c", "tls.key": "k" });
    const secret = {
      type: "kubernetes.io/tls",
      labels: { app: "shop", "app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": "x" },
      annotations: { note: "for people", "reflector.v1.k8s.emberstack.com/reflection-allowed": "true" },
    };
    await cluster.apply({ ...sealed, spec: { ...sealed.spec, secret } });
    const object = await cluster.untilReason("shaped", "Synced");
    const live = await cluster.secret("shaped");
    expect(live?.type).toBe("kubernetes.io/tls");
    expect(live?.metadata.labels).toEqual({
      app: "shop",
      "app.kubernetes.io/name": "shop",
      "lacre.dev/managed-by": "lacre",
    });
    expect(live?.metadata.annotations).toMatchObject({ note: "for people" });
    expect(Object.keys(live?.metadata.annotations ?? {})).toHaveLength(3);
    expect(object.status?.conditions?.[0]?.message).toContain("left out: app.kubernetes.io/instance, reflector.");
  });

  it("suspend leaves everything as it is, and says so; ending it catches up", async () => {
    const sealed = cluster.seal("suspended", { A: "a" });
    await cluster.apply(sealed);
    await cluster.untilReason("suspended", "Synced");
    await cluster.apply({ ...sealed, spec: { ...sealed.spec, suspend: true } });
    await cluster.untilReason("suspended", "Suspended");
    await cluster.admin.request("PATCH", cluster.secretPath("suspended"), { data: { A: base64("by hand") } }, MERGE);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await cluster.values("suspended")).toEqual({ A: "by hand" });
    await cluster.apply({ ...sealed, spec: { ...sealed.spec, suspend: false } });
    await cluster.untilValues("suspended", { A: "a" });
  });

  it("driftPolicy Detect reports and leaves, Ignore leaves, and both still follow Git", async () => {
    const detect = cluster.seal("detect", { A: "a" });
    const ignore = cluster.seal("ignore", { A: "a" });
    const withPolicy = (sealed: typeof detect, driftPolicy: string) => ({
      ...sealed,
      spec: { ...sealed.spec, driftPolicy },
    });
    await cluster.apply(withPolicy(detect, "Detect"));
    await cluster.apply(withPolicy(ignore, "Ignore"));
    for (const name of ["detect", "ignore"]) {
      await cluster.untilReason(name, "Synced");
      await cluster.admin.request("PATCH", cluster.secretPath(name), { data: { A: base64("by hand") } }, MERGE);
    }
    await cluster.untilReason("detect", "DriftDetected");
    expect(await cluster.condition("detect", "Drifted")).toMatchObject({ status: "True" });
    const { namespace, id } = { namespace: cluster.namespace(), id: "detect" };
    expect(await cluster.controller.metric(`lacre_drifted{namespace="${namespace}",name="${id}"}`)).toBe(1);
    await until(
      "Ignore is told",
      async () => (await cluster.condition("ignore"))?.message.includes("hand edits stay") === true,
    );
    for (const name of ["detect", "ignore"]) expect(await cluster.values(name)).toEqual({ A: "by hand" });
    await cluster.apply(withPolicy(cluster.seal("detect", { A: "a2" }), "Detect"));
    await cluster.untilValues("detect", { A: "a2" });
    await cluster.untilReason("detect", "Synced");
    expect(await cluster.condition("detect", "Drifted")).toBeUndefined();
    expect(await cluster.controller.metric(`lacre_drifted{namespace="${namespace}",name="${id}"}`)).toBeUndefined();
  });

  it("a Secret goes with its SealedSecret, by the garbage collector; deletionPolicy Orphan leaves it and lets it go", async () => {
    await cluster.apply(cluster.seal("going", { A: "a" }));
    const orphan = cluster.seal("orphan", { A: "a" });
    await cluster.apply({ ...orphan, spec: { ...orphan.spec, deletionPolicy: "Orphan" } });
    for (const name of ["going", "orphan"]) {
      await cluster.untilReason(name, "Synced");
      await cluster.admin.request("DELETE", cluster.sealedPath(name));
    }
    await until("the orphan is let go", async () => (await cluster.secret("orphan"))?.metadata.labels === undefined);
    expect((await cluster.secret("orphan"))?.metadata.annotations ?? {}).toEqual({});
    expect(await cluster.values("orphan")).toEqual({ A: "a" });
    // The garbage collector learns about new kinds every half minute.
    await until("the Secret is gone", async () => (await cluster.secret("going")) === undefined, 90_000);
    expect(await cluster.values("orphan")).toEqual({ A: "a" });
  });

  it("a SealedSecret that is deleted and made again owns its Secret again", async () => {
    const sealed = cluster.seal("again", { A: "a" });
    await cluster.apply(sealed);
    await cluster.untilReason("again", "Synced");
    await cluster.admin.request("DELETE", `${cluster.sealedPath("again")}?propagationPolicy=Orphan`);
    await until("it is gone", async () => (await cluster.admin.get(cluster.sealedPath("again"))) === undefined);
    const anew = await cluster.apply(sealed);
    await cluster.untilReason("again", "Synced");
    expect((await cluster.secret("again"))?.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([
      anew.metadata.uid,
    ]);
  });

  it("an annotation asks for a look, and the status says that it was had", async () => {
    await cluster.apply(cluster.seal("asked", { A: "a" }));
    await cluster.untilReason("asked", "Synced");
    const annotations = { "lacre.dev/requested-at": "2026-11-24T10:00:00Z" };
    await cluster.admin.request("PATCH", cluster.sealedPath("asked"), { metadata: { annotations } }, MERGE);
    await until("it was looked at", async () => {
      const object = await cluster.admin.get(cluster.sealedPath("asked"));
      return object?.status?.lastHandledRequest === "2026-11-24T10:00:00Z";
    });
  });

  it("an empty value, an awkward key and 300 KiB of bytes arrive byte for byte", async () => {
    const values = {
      EMPTY: "",
      "a.b-c_D": "x\u0000y\n",
      ["__proto__"]: "p",
      constructor: "c",
      BIG: "ü".repeat(150_000),
    };
    await cluster.apply(cluster.seal("bytes", values));
    await cluster.untilValues("bytes", values);
  });

  it("a change of nothing writes nothing", async () => {
    await cluster.apply(cluster.seal("still", { A: "a" }));
    await cluster.untilReason("still", "Synced");
    const [object, secret] = [await cluster.admin.get(cluster.sealedPath("still")), await cluster.secret("still")];
    const annotations = { unrelated: "x" };
    await cluster.admin.request("PATCH", cluster.sealedPath("still"), { metadata: { annotations } }, MERGE);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await cluster.secret("still"))?.metadata.resourceVersion).toBe(secret?.metadata.resourceVersion);
    expect((await cluster.admin.get(cluster.sealedPath("still")))?.status).toEqual(object?.status);
  });
});
