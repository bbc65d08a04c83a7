/** The private keys in a cluster: made, published, renewed, arriving late, damaged, retired. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { generateKey } from "../../src/crypto/index.ts";
import {
  factsOfKey,
  formatPrivateKey,
  holdNew,
  identitySecret,
  keySecret,
  keySecretName,
  parseKeyList,
  proveKey,
} from "../../src/keys/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { sealedThing } from "../support/sealed-things.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const engine = await loadEngine();

function unproven(name: string, text: string, state = "decrypt-only") {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      labels: { "lacre.dev/sealing-key": state },
      annotations: { "lacre.dev/not-before": "2020-01-01T00:00:00Z" },
    },
    data: { key: Buffer.from(text).toString("base64") },
  };
}

describe.skipIf(inject("assets") === undefined)("the keys of a cluster", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start({ args: ["--key-days", "180"] });
  });
  afterAll(() => cluster.stop());

  const list = async () => parseKeyList(engine, (await cluster.controller.http("/v1/keys")).text);
  const keysPath = (name = "") => cluster.secretPath(name, cluster.keyNamespace);

  it("the first key is made at the start, and published signed in a ConfigMap that every user may read", async () => {
    const published = await list();
    expect(published.cluster).toBe(`test-${cluster.id}`);
    expect(published.keys.map(({ state }) => state)).toEqual(["active"]);
    const map = await cluster.admin.get(`/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`);
    expect(map?.data?.["keys"]).toBe((await cluster.controller.http("/v1/keys")).text);
    const can = (verb: string, what: string) =>
      cluster
        .kubectl([
          "auth",
          "can-i",
          verb,
          what,
          "-n",
          cluster.keyNamespace,
          "--as",
          "ada",
          "--as-group",
          "system:authenticated",
        ])
        .stdout.trim();
    expect([can("get", "configmaps/lacre-keys"), can("get", "configmaps/other"), can("get", "secrets")]).toEqual([
      "yes",
      "no",
      "no",
    ]);
  });

  it("no page of HTTP holds a private key, and none takes anything", async () => {
    const secrets = await cluster.admin.get(`${keysPath()}?labelSelector=lacre.dev/sealing-key`);
    const seed =
      Buffer.from(secrets?.items?.[0]?.data?.["key"] ?? "", "base64")
        .toString()
        .trim()
        .split(".")
        .at(-1) ?? "none";
    for (const page of ["/healthz", "/readyz", "/metrics", "/v1/keys", "/v1/open", "/v1/rotate"]) {
      expect((await cluster.controller.http(page)).text).not.toContain(seed);
      const posted = await fetch(`http://127.0.0.1:${cluster.controller.port}${page}`, { method: "POST", body: "x" });
      expect(posted.status).toBe(405);
    }
    expect(cluster.controller.log).not.toContain(seed);
  });

  it("a key that arrives later without a proof is told and opens nothing, until the operator vouches for it", async () => {
    const late = generateKey(engine, "mlkem768x25519");
    const name = keySecretName(late.publicKey.keyId);
    await cluster.apply(sealedThing(cluster, "waiting", { A: "a" }, { recipients: [late.publicKey] }));
    await cluster.untilReason("waiting", "UnknownKey");
    await cluster.admin.request("POST", keysPath(), unproven(name, `${formatPrivateKey(late)}\n`));
    await until("it is told", async () => (await cluster.controller.metric("lacre_unproven_keys")) === 1);
    expect((await list()).keys.length).toBe(1);
    expect((await cluster.condition("waiting"))?.reason).toBe("UnknownKey");
    await cluster.controller.end();
    await cluster.startController(["--adopt-key", late.publicKey.keyId]);
    await cluster.untilValues("waiting", { A: "a" });
    await cluster.untilReason("waiting", "Synced");
    await until("the list has it", async () => (await list()).keys.length === 2);
    // The proof is there now: the option is not needed any more.
    await cluster.controller.end();
    await cluster.startController();
    await until("the list still has it", async () => (await list()).keys.length === 2);
    expect(await cluster.controller.metric("lacre_unproven_keys")).toBe(0);
  });

  it("a key that is marked compromised opens nothing any more, and the Secret stays", async () => {
    const map = `/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`;
    const old = (await list()).keys.find(({ state }) => state === "decrypt-only")?.publicKey.keyId;
    const annotations = { "lacre.dev/compromised-requested": `${old} 2026-11-24T10:00:00Z` };
    await cluster.admin.request("PATCH", map, { metadata: { annotations } }, MERGE);
    await until("the list says so", async () => (await list()).keys.some(({ state }) => state === "compromised"));
    await cluster.admin.request("PATCH", cluster.secretPath("waiting"), { data: { A: "eA==" } }, MERGE);
    await cluster.untilReason("waiting", "KeyRetired");
    expect(await cluster.values("waiting")).toEqual({ A: "x" });
  });

  it("a malformed key Secret is told and passed over; the controller goes on", async () => {
    for (const [name, text] of [
      ["cut", "lacre-private-1.mlkem768x25519.AAAA"],
      ["text", "hello"],
    ] as const) {
      await cluster.admin.request("POST", keysPath(), unproven(name, text));
    }
    await until("both are told", async () => (await cluster.controller.metric("lacre_malformed_keys")) === 2);
    expect(cluster.controller.log).not.toContain("AAAA");
    await cluster.apply(sealedThing(cluster, "despite", { A: "a" }));
    await cluster.untilReason("despite", "Synced");
    await cluster.admin.request("DELETE", keysPath("cut"));
    await cluster.admin.request("DELETE", keysPath("text"));
    await until("both are right", async () => (await cluster.controller.metric("lacre_malformed_keys")) === 0);
  });

  it("a key past its time is followed by a new one, the old one goes on opening, and the serial rises", async () => {
    const before = await list();
    const [old] = before.keys.filter(({ state }) => state === "active");
    await cluster.apply(sealedThing(cluster, "old", { A: "a" }));
    await cluster.untilReason("old", "Synced");
    const name = `lacre-key-${old?.publicKey.keyId.slice(0, 8)}`;
    const { publicKey, notBefore } = old as (typeof before.keys)[number];
    const facts = { publicKey, state: "active", notBefore, notAfter: "2026-01-01T00:00:00Z" } as const;
    const { annotations } = (await cluster.proven(facts)).metadata;
    await cluster.admin.request("PATCH", keysPath(name), { metadata: { annotations } }, MERGE);
    await until("there is a new key", async () =>
      (await list()).keys.some(
        ({ state, publicKey }) => state === "active" && publicKey.keyId !== old?.publicKey.keyId,
      ),
    );
    await until(
      "the old one only opens",
      async () =>
        (await list()).keys.find(({ publicKey }) => publicKey.keyId === old?.publicKey.keyId)?.state === "decrypt-only",
    );
    expect((await list()).serial).toBeGreaterThan(before.serial);
    expect((await list()).identity).toEqual(before.identity);
    await cluster.admin.request("DELETE", cluster.secretPath("old"));
    await cluster.untilValues("old", { A: "a" });
  });

  it("a key list that somebody changed is written over, with a higher serial", async () => {
    const before = await list();
    const map = `/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`;
    await cluster.admin.request("PATCH", map, { data: { keys: "lacre-keys-1\nforged\n" } }, MERGE);
    cluster.controller.child.kill("SIGHUP");
    await cluster.controller.end();
    await cluster.startController();
    await until("it is right again", async () => {
      const text = (await cluster.admin.get(map))?.data?.["keys"] ?? "";
      return !text.includes("forged") && parseKeyList(engine, text).serial > before.serial;
    });
  });
});

describe.skipIf(inject("assets") === undefined)("a cluster that is being restored", () => {
  it("makes no stray key with --generate-first-key=false, is not ready, and works once the keys are there", async () => {
    const cluster = await TestCluster.prepared({ args: ["--generate-first-key", "false"] });
    try {
      const controller = cluster.launch();
      await until("it leads", () => controller.log.includes('"leading"'));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect((await controller.http("/readyz")).status).toBe(503);
      expect((await controller.http("/healthz")).status).toBe(200);
      const path = cluster.secretPath("", cluster.keyNamespace);
      expect((await cluster.admin.get(path))?.items).toEqual([]);
      const key = generateKey(engine, "mlkem768x25519");
      const seed = new Uint8Array(32).fill(7);
      const held = holdNew(key, "active", new Date("2026-01-01"), 1e11);
      const proof = proveKey(engine, factsOfKey(held), 1, seed);
      await cluster.admin.request("POST", path, keySecret(cluster.keyNamespace, held, proof));
      await cluster.admin.request("POST", path, identitySecret(cluster.keyNamespace, seed, 1));
      await controller.ready();
      await cluster.apply(sealedThing(cluster, "db", { A: "a" }, { recipients: [key.publicKey] }));
      await cluster.untilValues("db", { A: "a" });
    } finally {
      await cluster.stop();
    }
  });
});

describe.skipIf(inject("assets") === undefined)("a cluster without a name", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.prepared({ isNamed: false });
  });
  afterAll(() => cluster.stop());

  it("makes no key and says what is missing; it keeps the name that it was given once", async () => {
    cluster.launch();
    await until("it says so", () => cluster.controller.log.includes("start the controller with --cluster NAME"));
    const made = await cluster.admin.get(cluster.secretPath("", cluster.keyNamespace));
    expect(made?.items).toEqual([]);
    await cluster.controller.end();
    for (const args of [["--cluster", "fresh"], []]) {
      const started = await cluster.startController(args);
      expect(parseKeyList(engine, (await started.http("/v1/keys")).text).cluster).toBe("fresh");
      await started.end();
    }
  });
});
