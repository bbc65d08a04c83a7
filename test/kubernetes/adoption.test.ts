/** Somebody who may write SealedSecrets, and no Secret, against Secrets that are not theirs: on a real API server, with exactly lacre-edit. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TestApi } from "../support/kube-api.ts";
import { sealedThing } from "../support/sealed-things.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const APPLY = "application/apply-patch+yaml";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe.skipIf(inject("assets") === undefined)("a developer with lacre-edit", () => {
  let cluster: TestCluster;
  let developer: TestApi;
  beforeAll(async () => {
    cluster = await TestCluster.prepared({ namespaces: ["free"] });
    const [namespace, free] = [cluster.namespace(), cluster.namespace("free")];
    for (const to of [cluster.keyNamespace, namespace, free]) {
      cluster.kubectl([
        ...["create", "rolebinding", "dev", "-n", to, "--clusterrole=lacre-edit"],
        `--serviceaccount=${namespace}:dev`,
      ]);
    }
    cluster.kubectl(["create", "serviceaccount", "dev", "-n", namespace]);
    developer = new TestApi(
      cluster.server,
      cluster.caFile,
      cluster.kubectl(["-n", namespace, "create", "token", "dev"]).stdout.trim(),
    );
    // The controller's own namespace is a namespace for SealedSecrets too, as in the profile "namespace".
    const sync = ["--clusterrole=lacre-sync", `--serviceaccount=${cluster.keyNamespace}:lacre-controller`];
    cluster.kubectl(["create", "rolebinding", "own", "-n", cluster.keyNamespace, ...sync]);
    await cluster.startController([
      ...["--namespace", cluster.keyNamespace, "--adopt", `${free}=IfUnowned`],
      ...["--allow-metadata", "owner"],
    ]);
  });
  afterAll(() => cluster.stop());

  const createSecret = async (
    name: string,
    more: { readonly annotations?: object; readonly namespace?: string } = {},
  ) => {
    const { namespace = cluster.namespace(), annotations = {} } = more;
    const secret = { data: { THEIRS: base64("theirs") }, metadata: { name, namespace, annotations } };
    const made = await cluster.admin.request("POST", cluster.secretPath("", namespace), secret);
    expect(made.status).toBe(201);
  };
  const apply = async (thing: ReturnType<typeof sealedThing>) => {
    const { name, namespace } = thing.metadata;
    const path = `${cluster.sealedPath(name, namespace)}?fieldManager=dev&force=true`;
    const answer = await developer.request("PATCH", path, thing, APPLY);
    expect([answer.status, answer.body.message]).toEqual([expect.any(Number), undefined]);
    expect(answer.status).toBeLessThan(300);
  };
  const annotate = (name: string, annotations: object) =>
    cluster.admin.request("PATCH", cluster.secretPath(name), { metadata: { annotations } }, MERGE);
  const adopting = (name: string, how = "IfUnowned", values: Record<string, string> = { A: "a" }) =>
    sealedThing(cluster, name, values, { spec: { adopt: how } });
  const at = (thing: ReturnType<typeof sealedThing>, namespace: string) => ({
    ...thing,
    metadata: { ...thing.metadata, namespace },
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 1_000));

  it("may not touch a Secret themselves", async () => {
    await createSecret("untouchable");
    for (const method of ["GET", "DELETE"]) {
      expect((await developer.request(method, cluster.secretPath("untouchable"))).status).toBe(403);
    }
  });

  it.each(["IfUnowned", "Merge"])(
    "takes no Secret over with adopt: %s alone; both ways to a consent are named",
    async (how) => {
      const name = `theirs-${how.toLowerCase()}`;
      await createSecret(name);
      await apply(adopting(name, how));
      const said = (await cluster.untilReason(name, "NotOwned")).status?.conditions?.[0]?.message;
      expect(said).toContain(`lacre.dev/adopt: ${name}`);
      expect(said).toContain(`--adopt ${cluster.namespace()}=`);
      await developer.request("DELETE", cluster.sealedPath(name));
      await settled();
      expect(await cluster.values(name)).toEqual({ THEIRS: "theirs" });
    },
  );

  it("cannot give the consent by the labels and annotations of a SealedSecret", async () => {
    await createSecret("smuggled");
    const annotations = { "lacre.dev/adopt": "smuggled,own" };
    const thing = sealedThing(
      cluster,
      "smuggled",
      { A: "a" },
      { spec: { adopt: "IfUnowned", secret: { annotations } } },
    );
    await apply({ ...thing, metadata: { ...thing.metadata, annotations } } as never);
    await cluster.untilReason("smuggled", "NotOwned");
    expect(await cluster.values("smuggled")).toEqual({ THEIRS: "theirs" });
  });

  it("with the Secret's own consent: it is kept with a mark and without an owner, put right, and stays", async () => {
    await createSecret("kept");
    await apply(adopting("kept"));
    await cluster.untilReason("kept", "NotOwned");
    await annotate("kept", { "lacre.dev/adopt": "kept" });
    await cluster.untilValues("kept", { A: "a" });
    await cluster.untilReason("kept", "Synced");
    const { metadata } = (await cluster.secret("kept")) ?? {};
    expect(metadata?.annotations).toMatchObject({ "lacre.dev/adopted": "IfUnowned" });
    expect(metadata?.ownerReferences).toBeUndefined();

    await cluster.admin.request("PATCH", cluster.secretPath("kept"), { data: { A: base64("by hand") } }, MERGE);
    await cluster.untilValues("kept", { A: "a" });
    // Another spec of the developer's changes nothing about whose it is.
    for (const adopt of ["Never", "Merge", "IfUnowned"]) {
      await apply(sealedThing(cluster, "kept", { A: adopt }, { spec: { adopt, deletionPolicy: "Delete" } }));
      await cluster.untilValues("kept", { A: adopt });
      await cluster.untilReason("kept", "Synced");
      expect((await cluster.secret("kept"))?.metadata.ownerReferences).toBeUndefined();
    }
    await developer.request("DELETE", cluster.sealedPath("kept"));
    await until("it is let go", async () => (await cluster.secret("kept"))?.metadata.labels === undefined);
    expect((await cluster.secret("kept"))?.metadata.annotations).toEqual({ "lacre.dev/adopt": "kept" });
    expect(await cluster.values("kept")).toEqual({ A: "IfUnowned" });
  });

  it("with own: it becomes ours, and gets its owner", async () => {
    await createSecret("given", { annotations: { "lacre.dev/adopt": "given" } });
    await apply(adopting("given"));
    await cluster.untilReason("given", "Synced");
    expect((await cluster.secret("given"))?.metadata.ownerReferences).toBeUndefined();
    await annotate("given", { "lacre.dev/adopt": "given,own" });
    await until("it has its owner", async () => {
      const { metadata } = (await cluster.secret("given")) ?? {};
      return metadata?.ownerReferences?.length === 1 && metadata.annotations?.["lacre.dev/adopted"] === undefined;
    });
    await cluster.untilReason("given", "Synced");
  });

  it("with the operator's consent: in its namespace, and in its way only", async () => {
    const namespace = cluster.namespace("free");
    await createSecret("taken", { namespace });
    await createSecret("merged", { namespace });
    const place = { namespace };
    const spec = (adopt: string) => ({ ...place, spec: { adopt } });
    await apply(at(sealedThing(cluster, "taken", { A: "a" }, spec("IfUnowned")), namespace));
    await apply(at(sealedThing(cluster, "merged", { A: "a" }, spec("Merge")), namespace));
    await until("it is taken", async () => {
      const data = (await cluster.secret("taken", namespace))?.["data" as never] as object | undefined;
      return data !== undefined && Object.keys(data).join() === "A";
    });
    expect((await cluster.secret("taken", namespace))?.metadata.ownerReferences).toBeUndefined();
    await until("the other is refused", async () => {
      const object = await cluster.admin.get(cluster.sealedPath("merged", namespace));
      return object?.status?.conditions?.[0]?.reason === "NotOwned";
    });
  });

  it("merges with consent, and cannot go on from there to the whole Secret", async () => {
    await createSecret("shared", { annotations: { "lacre.dev/adopt": "shared" } });
    await apply(adopting("shared", "Merge"));
    await cluster.untilValues("shared", { THEIRS: "theirs", A: "a" });
    await cluster.untilReason("shared", "Synced");
    await annotate("shared", { "lacre.dev/adopt": null });
    for (const adopt of ["Never", "IfUnowned"]) {
      await apply(sealedThing(cluster, "shared", { A: adopt }, { spec: { adopt } }));
      await cluster.untilReason("shared", "NotOwned");
      expect(await cluster.values("shared")).toEqual({ THEIRS: "theirs", A: "a" });
    }
    await developer.request("DELETE", cluster.sealedPath("shared"));
    await cluster.untilValues("shared", { THEIRS: "theirs" });
  });

  it("makes no Helm release: not by its type, its name or its label", async () => {
    const label = { owner: "helm", name: "shop", status: "deployed", version: "1" };
    const typed = sealedThing(cluster, "typed", { release: "x" }, { spec: { secret: { type: "helm.sh/release.v1" } } });
    const named = sealedThing(cluster, "sh.helm.release.v1.shop.v1", { release: "x" });
    for (const thing of [typed, named]) {
      const answer = await developer.request("POST", cluster.sealedPath(), thing);
      expect([answer.status, answer.body.message]).toEqual([422, expect.stringContaining("never made from Git")]);
    }
    await apply(sealedThing(cluster, "labelled", { release: "x" }, { spec: { secret: { labels: label } } }));
    const object = await cluster.untilReason("labelled", "Synced");
    expect((await cluster.secret("labelled"))?.metadata.labels).not.toHaveProperty("owner");
    expect(object.status?.conditions?.[0]?.message).toContain("left out: owner");
  });

  it("writes over nothing of the controller's where its namespace is theirs too", async () => {
    const namespace = cluster.keyNamespace;
    const before = await cluster.admin.get(cluster.secretPath("lacre-identity", namespace));
    expect(before).toBeDefined();
    for (const name of ["lacre-identity", "lacre-backup", "lacre-keys", "lacre-key-mine"]) {
      await apply(at(sealedThing(cluster, name, { A: "a" }, { namespace, spec: { adopt: "IfUnowned" } }), namespace));
      await until(`${name} is refused`, async () => {
        const object = await cluster.admin.get(cluster.sealedPath(name, namespace));
        return object?.status?.conditions?.[0]?.reason === "NameNotAllowed";
      });
    }
    expect(await cluster.admin.get(cluster.secretPath("lacre-backup", namespace))).toBeUndefined();
    expect(await cluster.admin.get(cluster.secretPath("lacre-identity", namespace))).toEqual(before);
    await apply(at(sealedThing(cluster, "theirs", { A: "a" }, { namespace }), namespace));
    await until("others are made", async () => (await cluster.secret("theirs", namespace)) !== undefined);
  });

  it("blocks nobody's next value with a token from ahead", async () => {
    const now = Math.floor(Date.now() / 1000);
    await apply(sealedThing(cluster, "dated", { A: "early" }, { sealedAt: now + 3_600 }));
    const early = await cluster.untilReason("dated", "Synced");
    expect(early.status?.conditions?.[0]?.message).toContain("more than five minutes from now");
    expect(early.status?.sealedAt ?? {}).toEqual({});
    await apply(sealedThing(cluster, "dated", { A: "honest" }, { sealedAt: now }));
    await cluster.untilValues("dated", { A: "honest" });
    const honest = await cluster.untilReason("dated", "Synced");
    expect(honest.status?.conditions?.[0]?.message).not.toContain("older");
    expect(honest.status?.sealedAt?.["A"]?.time).toBe(now);
  });

  it("lacre doctor --live lists what an earlier version took over and owns, and no other", async () => {
    await apply(sealedThing(cluster, "made", { A: "a" }));
    const object = await cluster.untilReason("made", "Synced");
    const owner = { apiVersion: "lacre.dev/v1alpha1", kind: "SealedSecret", name: "made", uid: object.metadata.uid };
    const metadata = {
      name: "earlier",
      namespace: cluster.namespace(),
      labels: { "lacre.dev/managed-by": "lacre" },
      annotations: { "lacre.dev/left-behind": "Delete" },
      ownerReferences: [{ ...owner, controller: true }],
    };
    await cluster.admin.request("POST", `${cluster.secretPath()}?fieldManager=kubectl-create`, {
      data: { A: base64("only-for-eyes") },
      metadata,
    });
    const args = ["doctor", "--live", "--namespace", cluster.namespace(), "--kubeconfig"];
    const ran = cluster.lacre([...args, cluster.file("admin.kubeconfig")]);
    const line = ran.stdout.split("\n").find((one) => one.includes("adopted Secrets"));
    expect(line).toContain(`: ${cluster.namespace()}/earlier (`);
    expect(ran.stdout).not.toContain("eyes");
    await cluster.admin.request("DELETE", cluster.secretPath("earlier"));
  });
});
