/** From the objects of a cluster as an earlier build left them: test/upgrade/README.md. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Thing } from "../support/kube-api.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const OBJECTS = path.join(import.meta.dirname, "../upgrade/cluster/objects.json");

/** The SealedSecrets first: they own the Secrets. */
function readObjects(): readonly Thing[] {
  const order = ({ kind }: Thing) => (kind === "SealedSecret" ? 0 : 1);
  return (JSON.parse(fs.readFileSync(OBJECTS, "utf8")) as Thing[]).sort((a, b) => order(a) - order(b));
}

describe.skipIf(inject("assets") === undefined)("a cluster of an earlier version", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.prepared({ id: "upgrade" });
    const uids = new Map<string, string>();
    for (const thing of readObjects()) await put(thing, uids);
  });
  afterAll(() => cluster.stop());

  /** Creates an object as it was; who owns it is told anew, since its uid is another. */
  const put = async (thing: Thing, uids: Map<string, string>) => {
    const { metadata } = thing;
    const plural = { SealedSecret: "sealedsecrets", Secret: "secrets", ConfigMap: "configmaps" }[thing.kind ?? ""];
    const root = thing.kind === "SealedSecret" ? "/apis/lacre.dev/v1alpha1" : "/api/v1";
    const ownerReferences = metadata.ownerReferences?.map((owner) => ({ ...owner, uid: uids.get(owner.name) ?? "" }));
    const body = { ...thing, metadata: { ...metadata, ...(ownerReferences && { ownerReferences }) } };
    const made = await cluster.admin.request("POST", `${root}/namespaces/${metadata.namespace}/${plural}`, body);
    if (made.status !== 201) throw new Error(`${metadata.name}: ${made.status} ${made.body.message}`);
    uids.set(metadata.name, made.body.metadata.uid ?? "");
    if (thing.status === undefined) return;
    await cluster.admin.request(
      "PATCH",
      `${cluster.sealedPath(metadata.name)}/status`,
      { status: thing.status },
      MERGE,
    );
  };

  const keySecrets = async () =>
    (await cluster.admin.get(`${cluster.secretPath("", cluster.keyNamespace)}?labelSelector=lacre.dev/sealing-key`))
      ?.items ?? [];

  it("keeps its keys, states, identity and values: every key that its list names is proved, and nothing is written twice", async () => {
    const before = await cluster.admin.get(cluster.secretPath("second"));
    const states = (await keySecrets()).map(({ metadata }) => metadata.labels?.["lacre.dev/sealing-key"]).sort();
    expect(states).toEqual(["active", "compromised", "decrypt-only", "destroyed"]);
    const recipient = /age1pq1\w+/.exec(fs.readFileSync(path.join(path.dirname(OBJECTS), "recovery.key"), "utf8"))?.[0];
    await cluster.startController(recipient === undefined ? [] : ["--backup-recipient", recipient]);
    for (const { metadata } of await keySecrets())
      expect(metadata.annotations?.["lacre.dev/key-proof"]).toMatch(/^v1 /);
    const identity = await cluster.secret("lacre-identity", cluster.keyNamespace);
    expect(identity?.metadata.annotations?.["lacre.dev/key-proofs"]).toBe("v1");
    const after = (await keySecrets()).map(({ metadata }) => metadata.labels?.["lacre.dev/sealing-key"]).sort();
    expect(after).toEqual(states);
    await cluster.untilReason("second", "Synced");
    expect(await cluster.values("second")).toEqual({ C: "gamma" });
    expect(await cluster.values("first")).toEqual({ A: "alpha", B: "beta" });
    expect((await cluster.admin.get(cluster.secretPath("second")))?.data).toEqual(before?.data);
    await until("the old backup is told", () => cluster.controller.log.includes("an old backup is ignored"));
    expect(await cluster.controller.metric("lacre_unproven_keys")).toBe(0);
  });

  it("stops where no list says which keys are its own, names them, and goes on when the operator vouches for them", async () => {
    await cluster.controller.end();
    for (const { metadata } of await keySecrets()) {
      const annotations = { "lacre.dev/key-proof": null };
      await cluster.admin.request(
        "PATCH",
        cluster.secretPath(metadata.name, cluster.keyNamespace),
        { metadata: { annotations } },
        MERGE,
      );
    }
    const annotations = { "lacre.dev/key-proofs": null, "lacre.dev/serial": "9999999999" };
    await cluster.admin.request(
      "PATCH",
      cluster.secretPath("lacre-identity", cluster.keyNamespace),
      { metadata: { annotations } },
      MERGE,
    );
    const stopped = cluster.launch();
    await until("it is told", async () => (await stopped.metric("lacre_key_keeping_held")) === 1);
    expect((await stopped.http("/readyz")).status).toBe(503);
    const names = (await keySecrets()).map(({ metadata }) => metadata.name);
    for (const name of names) expect(stopped.log).toContain(name);
    await stopped.end();
    const map = await cluster.admin.get(`/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`);
    const ids = [...(map?.data?.["keys"] ?? "").matchAll(/^key: /gm)].length;
    expect(ids).toBe(4);
    const listed = cluster.lacre([
      "keys",
      "list",
      "--json",
      "--kubeconfig",
      cluster.file("admin.kubeconfig"),
      "--key-namespace",
      cluster.keyNamespace,
    ]);
    const all = [...listed.stdout.matchAll(/[0-9a-f]{32}/g)].map(([id]) => id);
    expect(new Set(all).size).toBe(4);
    await cluster.startController([...new Set(all)].flatMap((id) => ["--adopt-key", id]));
    await cluster.untilReason("second", "Synced");
  });
});
