/** What somebody with the role lacre-key-operator cannot do, and what holds where somebody can write more than that. */
import * as fs from "node:fs";
import * as path from "node:path";
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
  signKeyList,
} from "../../src/keys/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const engine = await loadEngine();
const ROUNDS_MS = 8_000;

describe.skipIf(inject("assets") === undefined)("an attacker with the role of a key operator", () => {
  let cluster: TestCluster;
  let operator: string;
  beforeAll(async () => {
    cluster = await TestCluster.prepared();
    const recipient = cluster.lacre(["keys", "recovery-key", "-o", "recovery.key"]).stdout.trim();
    operator = cluster.keyOperator();
    await cluster.startController(["--backup-recipient", recipient]);
    await until("there is a backup", async () => (await cluster.admin.get(map("lacre-backup"))) !== undefined);
  });
  afterAll(() => cluster.stop());

  const map = (name: string) => `/api/v1/namespaces/${cluster.keyNamespace}/configmaps/${name}`;
  const keysPath = (name = "") => cluster.secretPath(name, cluster.keyNamespace);
  const asOperator = (...args: readonly string[]) =>
    cluster.kubectl([
      "--as",
      `system:serviceaccount:${cluster.keyNamespace}:operator`,
      "-n",
      cluster.keyNamespace,
      ...args,
    ]);
  const keys = (command: string, ...args: readonly string[]) =>
    cluster.lacre(["keys", command, ...args, "--kubeconfig", operator, "--key-namespace", cluster.keyNamespace]);
  const list = async () => parseKeyList(engine, (await cluster.controller.http("/v1/keys")).text);
  const keySecrets = async () =>
    ((await cluster.admin.get(`${keysPath()}?labelSelector=lacre.dev/sealing-key`))?.items ?? []).map(
      ({ metadata }) => metadata.name,
    );
  const unprovenEvents = async (name: string) => {
    const events = await cluster.events(name, cluster.keyNamespace);
    const uid = (await cluster.secret(name, cluster.keyNamespace))?.metadata.uid;
    return events.filter(({ reason, involvedObject }) => reason === "KeyUnproven" && involvedObject.uid === uid);
  };
  const rounds = () => new Promise((resolve) => setTimeout(resolve, ROUNDS_MS));
  const mine = generateKey(engine, "mlkem768x25519");
  const held = holdNew(mine, "active", new Date("2030-01-01"), 1e11);
  const seed = new Uint8Array(32).fill(9);

  it("reaches no Secret at all, whatever it is called and whatever it holds", async () => {
    await cluster.admin.request("POST", keysPath(), { metadata: { name: "lacre-backup" }, data: { backup: "eA==" } });
    for (const name of ["lacre-backup", "lacre-identity", keySecretName(mine.publicKey.keyId)]) {
      for (const verb of ["get", "patch", "update", "delete", "create"]) {
        const asked = asOperator("auth", "can-i", verb, `secrets/${name}`);
        expect([verb, name, asked.stdout.trim()]).toEqual([verb, name, "no"]);
      }
      const label = JSON.stringify({ metadata: { labels: { "lacre.dev/sealing-key": "active" } } });
      const patched = asOperator("patch", "secret", name, "--type=merge", "-p", label);
      expect([patched.status, patched.stderr]).toEqual([1, expect.stringContaining("orbidden")]);
    }
    await cluster.admin.request("DELETE", keysPath("lacre-backup"));
  });

  it("a key of their own is never listed, sealed for or used: in the old Secret of the backup, under its own name, with a proof of another identity", async () => {
    const before = await list();
    const data = { key: Buffer.from(`${formatPrivateKey(mine)}\n`).toString("base64") };
    const proof = proveKey(engine, factsOfKey(held), before.serial + 1, seed);
    const good = keySecret(cluster.keyNamespace, held, proof);
    for (const secret of [
      { ...good, metadata: { ...good.metadata, name: "lacre-backup" }, data },
      { ...good, metadata: { ...good.metadata, annotations: {} } },
      good,
    ]) {
      const made = await cluster.admin.request("POST", keysPath(), secret);
      expect(made.status).toBe(201);
      await rounds();
      expect((await list()).keys).toEqual(before.keys);
      const told = [
        await cluster.controller.metric("lacre_malformed_keys"),
        await cluster.controller.metric("lacre_unproven_keys"),
      ];
      expect([...told].sort()).toEqual([0, 1]);
      if (told[1] === 1) {
        await until("its Event is there", async () => (await unprovenEvents(secret.metadata.name)).length > 0);
        const [event, ...more] = await unprovenEvents(secret.metadata.name);
        expect([event?.type, event?.involvedObject.kind, more]).toEqual(["Warning", "Secret", []]);
        expect(JSON.stringify(event)).not.toContain(data.key.slice(-30));
        // As people would look for it.
        const asked = cluster.kubectl(["-n", cluster.keyNamespace, "events", `--for=secret/${secret.metadata.name}`]);
        expect(asked.stdout).toContain("KeyUnproven");
      }
      await cluster.admin.request("DELETE", keysPath(secret.metadata.name));
      await until("it is gone", async () => (await cluster.controller.metric("lacre_unproven_keys")) === 0);
    }
    expect(cluster.controller.log).not.toContain(data.key.slice(-30));
  });

  it("a state that somebody set back by hand does not come back", async () => {
    const [active] = (await list()).keys;
    const name = keySecretName(active?.publicKey.keyId as Parameters<typeof keySecretName>[0]);
    const old = await cluster.admin.get(keysPath(name));
    expect(keys("rotate").status).toBe(0);
    await until("it only opens", async () => (await list()).keys.some(({ state }) => state === "decrypt-only"));
    const { labels, annotations } = old?.metadata ?? {};
    // A true copy of what the Secret said before, with its proof of then.
    await cluster.admin.request("PATCH", keysPath(name), { metadata: { labels, annotations } }, MERGE);
    await until(
      "it is moved on again",
      async () =>
        (await cluster.admin.get(keysPath(name)))?.metadata.labels?.["lacre.dev/sealing-key"] === "decrypt-only",
    );
    expect((await list()).keys.filter(({ state }) => state === "active").length).toBe(1);
  });

  it("an identity that is not the cluster's signs nothing: beside the true one, and in its place", async () => {
    const before = (await cluster.controller.http("/v1/keys")).text;
    const other = identitySecret(cluster.keyNamespace, seed, 1);
    await cluster.admin.request("POST", keysPath(), {
      ...other,
      metadata: { ...other.metadata, name: "lacre-backup" },
    });
    await rounds();
    expect((await cluster.controller.http("/v1/keys")).text).toBe(before);
    await cluster.admin.request("DELETE", keysPath("lacre-backup"));
    const true_ = await cluster.admin.get(keysPath("lacre-identity"));
    await cluster.admin.request("DELETE", keysPath("lacre-identity"));
    await cluster.admin.request("POST", keysPath(), other);
    await until("it is told", async () => (await cluster.controller.metric("lacre_key_keeping_held")) === 1);
    await rounds();
    expect((await cluster.controller.http("/v1/keys")).text).toBe(before);
    expect(cluster.controller.log).toContain("IdentityChanged");
    // Also after a start, and with the pin of the true one.
    await cluster.controller.end();
    const again = cluster.launch();
    await until("it is told again", async () => (await again.metric("lacre_key_keeping_held")) === 1);
    expect((await cluster.admin.get(map("lacre-keys")))?.data?.["keys"]).toBe(before);
    await again.end();
    await cluster.admin.request("DELETE", keysPath("lacre-identity"));
    const { metadata, data, type } = true_ ?? { metadata: { name: "" } };
    const { name, labels, annotations } = metadata;
    await cluster.admin.request("POST", keysPath(), { metadata: { name, labels, annotations }, data, type });
    const fingerprint = /SHA256:[\w-]{43}/.exec(keys("fetch", "-o", "true.keys").stderr)?.[0] ?? "";
    await cluster.startController([
      "--identity",
      fingerprint,
      "--backup-recipient",
      cluster.lacre(["keys", "recovery-key", "-o", "second.key"]).stdout.trim(),
    ]);
    expect(await cluster.controller.metric("lacre_key_keeping_held")).toBe(0);
  });

  it("a list of others in the ConfigMap is written over, and stops nothing", async () => {
    const forged = signKeyList(
      engine,
      {
        cluster: `test-${cluster.id}`,
        serial: 4_000_000_000,
        keys: [{ publicKey: mine.publicKey, state: "active", notBefore: held.notBefore, notAfter: held.notAfter }],
      },
      seed,
    );
    const patch = JSON.stringify({ data: { keys: forged } });
    expect(asOperator("patch", "configmap", "lacre-keys", "--type=merge", "-p", patch).status).toBe(0);
    await until(
      "it is right again",
      async () => (await cluster.admin.get(map("lacre-keys")))?.data?.["keys"] !== forged,
    );
    expect((await list()).keys.map(({ publicKey }) => publicKey.keyId)).not.toContain(mine.publicKey.keyId);
  });

  it("a backup that is none is not taken, and is made anew", async () => {
    const garbage = JSON.stringify({ data: { backup: "garbage" } });
    await cluster.controller.end();
    expect(asOperator("patch", "configmap", "lacre-backup", "--type=merge", "-p", garbage).status).toBe(0);
    const taken = keys("backup", "-o", "garbage.age");
    expect([taken.status, taken.stderr]).toEqual([6, expect.stringContaining("no age file")]);
    expect(fs.existsSync(path.join(cluster.directory, "garbage.age"))).toBe(false);
    const recipient = cluster.lacre(["keys", "recovery-key", "-o", "third.key"]).stdout.trim();
    await cluster.startController(["--backup-recipient", recipient]);
    await until(
      "it is made anew",
      async () => (await cluster.admin.get(map("lacre-backup")))?.data?.["backup"] !== "garbage",
    );
    expect(keys("backup", "-o", "good.age").status).toBe(0);
    expect(cluster.lacre(["keys", "backup", "verify", "good.age", "-i", "third.key"]).status).toBe(0);
  });

  it("a request that cannot be answered makes one key and no more; one that is too long is neither met nor repeated", async () => {
    await cluster.letKeysAge();
    const before = (await keySecrets()).length;
    const long = `x${"y".repeat(300)}`;
    // Beside the list itself this leaves no room for an answer.
    const full = {
      metadata: {
        annotations: { "example.com/junk": "z".repeat(262_000 - 600), "lacre.dev/compromised-requested": long },
      },
    };
    await cluster.admin.request("PATCH", map("lacre-keys"), full, MERGE);
    const request = { metadata: { annotations: { "lacre.dev/rotate-requested": "2026-11-25T10:00:00Z" } } };
    await cluster.admin.request("PATCH", map("lacre-keys"), request, MERGE);
    await rounds();
    await rounds();
    expect((await keySecrets()).length - before).toBeLessThanOrEqual(1);
    expect(cluster.controller.log).not.toContain(long);
    expect(cluster.controller.log).toContain("longer than 200 characters");
    const clean = { metadata: { annotations: { "example.com/junk": null, "lacre.dev/compromised-requested": null } } };
    await cluster.admin.request("PATCH", map("lacre-keys"), clean, MERGE);
    await until("it is answered", async () => {
      const { annotations } = (await cluster.admin.get(map("lacre-keys")))?.metadata ?? {};
      return annotations?.["lacre.dev/rotate-handled"] === "2026-11-25T10:00:00Z";
    });
    expect((await keySecrets()).length - before).toBe(1);
  });

  it("more than three new keys an hour are refused, with the time of the next", async () => {
    const answers = [1, 2, 3, 4].map(() => keys("rotate"));
    expect(answers.at(-1)?.stderr).toContain("RotationLimited: three keys were made within an hour; again after 20");
  });

  it("the admission policy keeps key Secrets from everybody but the controller and who may restore", async () => {
    const text = fs
      .readFileSync(path.join(import.meta.dirname, "../../deploy/policies/key-secrets.yaml"), "utf8")
      .replaceAll("lacre-system", cluster.keyNamespace)
      .replaceAll("name: lacre-key-secrets", `name: lacre-key-secrets-${cluster.id}`)
      .replaceAll("policyName: lacre-key-secrets", `policyName: lacre-key-secrets-${cluster.id}`);
    const applied = cluster.kubectl(["apply", "-f", "-"], text);
    expect([applied.status, applied.stderr]).toEqual([0, expect.anything()]);
    try {
      // Somebody who may write every Secret of the namespace.
      cluster.kubectl(["create", "role", "writer", "-n", cluster.keyNamespace, "--verb=*", "--resource=secrets"]);
      cluster.kubectl([
        "create",
        "rolebinding",
        "writer",
        "-n",
        cluster.keyNamespace,
        "--role=writer",
        "--user=mallory",
      ]);
      const put = (secret: object, ...options: readonly string[]) =>
        cluster.kubectl(
          ["--as", "mallory", "-n", cluster.keyNamespace, "create", ...options, "-f", "-"],
          JSON.stringify({ apiVersion: "v1", kind: "Secret", ...secret }),
        );
      const labels = { "lacre.dev/sealing-key": "active" };
      // A dry run is judged and leaves nothing: what it made would be refused as there already.
      await until("the policy is in force", () =>
        put({ metadata: { name: "labelled", labels } }, "--dry-run=server").stderr.includes("kept by its controller"),
      );
      for (const metadata of [
        { name: "labelled-again", labels },
        { name: keySecretName(mine.publicKey.keyId) },
        { name: "with-identity", labels: { "lacre.dev/identity": "x" } },
      ]) {
        const refused = put({ metadata });
        expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("kept by its controller")]);
      }
      expect(put({ metadata: { name: "other" } }).status).toBe(0);
      const label = JSON.stringify({ metadata: { labels } });
      const patched = cluster.kubectl([
        "--as",
        "mallory",
        "-n",
        cluster.keyNamespace,
        "patch",
        "secret",
        "other",
        "--type=merge",
        "-p",
        label,
      ]);
      expect([patched.status, patched.stderr]).toEqual([1, expect.stringContaining("kept by its controller")]);
      // The controller goes on keeping its keys.
      await cluster.letKeysAge();
      const before = (await keySecrets()).length;
      expect(keys("rotate").status).toBe(0);
      expect((await keySecrets()).length).toBe(before + 1);
    } finally {
      cluster.kubectl(["delete", "-f", "-"], text);
    }
  });
});
