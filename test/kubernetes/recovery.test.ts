/** Keys over the years in a cluster: backups, requests, resealing as a Job, and a lost cluster that comes back. */
import * as fs from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { generateKey } from "../../src/crypto/index.ts";
import { holdNew, parseKeyList, signKeyList } from "../../src/keys/index.ts";
import { parseToken } from "../../src/model/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const engine = await loadEngine();

describe.skipIf(inject("assets") === undefined)("the keys of a cluster, over the years", () => {
  let cluster: TestCluster;
  let operator: string;
  let recipient: string;
  beforeAll(async () => {
    cluster = await TestCluster.prepared();
    recipient = cluster.lacre(["keys", "recovery-key", "-o", "recovery.key"]).stdout.trim();
    operator = cluster.keyOperator();
  });
  afterAll(() => cluster.stop());

  const keys = (command: string, ...args: readonly string[]) =>
    cluster.lacre(["keys", command, ...args, "--kubeconfig", operator, "--key-namespace", cluster.keyNamespace]);
  const list = async () => parseKeyList(engine, (await cluster.controller.http("/v1/keys")).text);
  const states = async () => (await list()).keys.map(({ state }) => state).sort();
  const activeKey = async () => (await list()).keys.find(({ state }) => state === "active")?.publicKey.keyId ?? "";
  const fetchKeys = () => keys("fetch", "-o", "cluster.keys");
  const backup = () => cluster.admin.get(`/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-backup`);
  /** Seals into a file, as Git would hold it, and applies it. */
  const commit = async (name: string, values: Record<string, string>) => {
    const sealed = cluster.seal(name, values, { key: "cluster.keys" });
    fs.mkdirSync(cluster.file("git"), { recursive: true });
    fs.writeFileSync(cluster.file(`git/${name}.json`), JSON.stringify(sealed, null, 2));
    await cluster.apply(sealed);
  };
  const applyGit = async () => {
    for (const name of fs.readdirSync(cluster.file("git")))
      await cluster.apply(JSON.parse(fs.readFileSync(cluster.file(`git/${name}`), "utf8")));
  };

  it("--require-backup without a recovery key, and a recipient that is none, are refused at the start", async () => {
    const ended = async (...args: readonly string[]) => {
      const controller = cluster.launch(args);
      return [await new Promise((resolve) => controller.child.once("exit", resolve)), controller.log];
    };
    expect(await ended("--require-backup")).toEqual([
      2,
      expect.stringContaining("needs somebody who can open backups"),
    ]);
    const classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    expect(await ended("--backup-recipient", classic)).toEqual([
      1,
      expect.stringContaining("no post-quantum age recipient"),
    ]);
  });

  it("with --require-backup the first key is used only once its backup was taken, by somebody who may read no key", async () => {
    const controller = cluster.launch(["--backup-recipient", recipient, "--require-backup"]);
    await until("a backup is made", async () => (await backup()) !== undefined);
    await until("the list is there", async () => (await controller.http("/v1/keys")).status === 200);
    expect(await states()).toEqual([]);
    const may = (name: string) => {
      const as = `system:serviceaccount:${cluster.keyNamespace}:operator`;
      return (
        cluster.kubectl(["auth", "can-i", "get", `secrets/${name}`, "-n", cluster.keyNamespace, "--as", as]).status ===
        0
      );
    };
    expect([may("lacre-backup"), may("lacre-identity"), may("lacre-key-00000000")]).toEqual([false, false, false]);
    const taken = keys("backup", "-o", "first.age");
    expect([taken.status, taken.stderr]).toEqual([0, expect.stringContaining("locked by its controller")]);
    await until("the key is active", async () => (await states()).join() === "active");
    // Private keys are in their Secrets and nowhere else.
    const secrets = await cluster.admin.get(cluster.secretPath("", cluster.keyNamespace));
    const seeds = (secrets?.items ?? [])
      .filter(({ metadata }) => metadata.name.startsWith("lacre-key-"))
      .map(
        ({ data }) =>
          Buffer.from(data?.["key"] ?? "", "base64")
            .toString()
            .trim()
            .split(".")
            .at(-1) ?? "",
      );
    expect(seeds.map(({ length }) => length)).toEqual([43]);
    const map = await cluster.admin.get(`/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`);
    const seen = [
      controller.log,
      JSON.stringify(map),
      (await controller.http("/metrics")).text,
      taken.stdout,
      taken.stderr,
    ];
    for (const text of [...seen, JSON.stringify(await backup())]) expect(text).not.toContain(seeds[0]);
    expect(await controller.metric("lacre_backup_taken")).toBe(1);
    const verified = cluster.lacre(["keys", "backup", "verify", "first.age", "-i", "recovery.key"]);
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining((await activeKey()).slice(0, 8))]);
    expect(fetchKeys().status).toBe(0);
    await commit("db", { A: "alpha", B: "beta" });
    await cluster.untilValues("db", { A: "alpha", B: "beta" });
  });

  it("rotates on demand: the new key waits for its backup, and the old one goes on being sealed for", async () => {
    const before = await activeKey();
    const asked = keys("rotate");
    expect([asked.status, asked.stderr]).toEqual([0, expect.stringContaining("the new key waits for its backup")]);
    expect(await activeKey()).toBe(before);
    await until(
      "the old backup no longer counts",
      async () => (await cluster.controller.metric("lacre_backup_taken")) === 0,
    );
    expect(keys("backup", "-o", "second.age").status).toBe(0);
    await until("it is active", async () => (await states()).join() === "active,decrypt-only");
    expect(await activeKey()).not.toBe(before);
  });

  it("a key that entries need is not destroyed, whoever asks", async () => {
    expect(fetchKeys().status).toBe(0);
    const old = (await list()).keys.find(({ state }) => state === "decrypt-only")?.publicKey.keyId ?? "";
    const inGit = keys("destroy", old.slice(0, 8), "git");
    expect([inGit.status, inGit.stderr]).toEqual([7, expect.stringContaining("2 entries in 1 file need")]);
    const inCluster = keys("destroy", old.slice(0, 8));
    expect([inCluster.status, inCluster.stderr]).toEqual([
      7,
      expect.stringContaining("refused: 2 entries in 1 objects need it"),
    ]);
    const active = keys("destroy", (await activeKey()).slice(0, 8));
    expect([active.status, active.stderr]).toEqual([7, expect.stringContaining("the key is active: rotate first")]);
    const unknown = keys("destroy", "00000000");
    expect([unknown.status, unknown.stderr]).toEqual([5, expect.stringContaining("eight digits or more of: ")]);
    expect(await states()).toEqual(["active", "decrypt-only"]);
  });

  it("a Job moves what it may read to the newest key; the result is ciphertext, and goes into the files of Git", async () => {
    const edited = cluster.file("git/changed.json");
    await commit("changed", { A: "old" });
    const times = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
    const retired = {
      publicKey: generateKey(engine, "mlkem768x25519").publicKey,
      state: "decrypt-only" as const,
      ...times,
    };
    const retiredList = { cluster: "retired", serial: 1, keys: [retired] };
    fs.writeFileSync(cluster.file("retired.keys"), signKeyList(engine, retiredList, new Uint8Array(32).fill(3)));
    const shutOut = cluster.reseal(["--other-keys", cluster.file("retired.keys")]);
    expect([shutOut.status, shutOut.stdout]).toEqual([1, ""]);
    expect(shutOut.stderr).toContain("retired has no active key to move to");
    const ran = cluster.reseal();
    expect(ran.status).toBe(0);
    const lines = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([lines.length, lines.at(-1)]).toEqual([4, { lacre: "reseal-end", entries: 2, left: 0 }]);
    for (const secret of ["alpha", "beta", Buffer.from("alpha").toString("base64")])
      expect(ran.stdout + ran.stderr).not.toContain(secret);
    const before = JSON.parse(fs.readFileSync(cluster.file("git/db.json"), "utf8")).spec.entries;
    // Logs are in between, as kubectl shows them.
    fs.writeFileSync(cluster.file("result"), ran.stderr + ran.stdout);
    fs.writeFileSync(cluster.file("now.keys"), (await cluster.controller.http("/v1/keys")).text);
    fs.writeFileSync(cluster.file("cut"), ran.stdout.split("\n").slice(0, 2).join("\n"));
    const cut = cluster.lacre(["reseal", "--from", "cut", "-r", "now.keys", "git"]);
    expect([cut.status, cut.stderr]).toEqual([1, expect.stringContaining("is cut: 1 entries came through")]);
    const untouched = fs.readFileSync(edited, "utf8");
    const applied = cluster.lacre(["reseal", "--from", "result", "-r", "now.keys", "git"]);
    expect([applied.status, applied.stderr]).toEqual([0, "resealed 2 entries in 1 file\n"]);
    expect(fs.readFileSync(edited, "utf8")).toBe(untouched);
    const after = JSON.parse(fs.readFileSync(cluster.file("git/db.json"), "utf8")).spec.entries;
    for (const key of ["A", "B"]) {
      const [was, is] = [parseToken(before[key].sealed), parseToken(after[key].sealed)];
      expect([is?.scope, is?.sealedAt, is?.contextHash]).toEqual([was?.scope, was?.sealedAt, was?.contextHash]);
      expect(is?.stanzas[0]?.keyId).toBe(await activeKey());
    }
    expect(cluster.lacre(["reseal", "--from", "result", "-r", "now.keys", "git"]).stderr).toContain(
      "resealed 0 entries",
    );
    await applyGit();
    await cluster.untilValues("db", { A: "alpha", B: "beta" });
    const again = cluster.reseal().stdout.trim().split("\n");
    expect(again).toHaveLength(2);
  });

  it("then the old key is destroyed: it stays in the list, and its private part is nowhere", async () => {
    const old = (await list()).keys.find(({ state }) => state === "decrypt-only")?.publicKey.keyId ?? "";
    await until("nothing needs it", async () => keys("destroy", old.slice(0, 8), "git").status === 0, 60_000);
    expect(await states()).toEqual(["active", "destroyed"]);
    const secrets = await cluster.admin.get(
      `${cluster.secretPath("", cluster.keyNamespace)}?labelSelector=lacre.dev/sealing-key`,
    );
    const kept = secrets?.items?.find(({ metadata }) => metadata.name === `lacre-key-${old.slice(0, 8)}`);
    expect(Object.keys(kept?.data ?? {})).toEqual(["public"]);
    // What was read of the key is in the memory of the process until that starts anew.
    await until("it starts anew", () => cluster.controller.log.split('"msg":"started"').length === 3, 60_000);
    await until("it leads again", () => cluster.controller.log.split('"msg":"leading"').length === 3, 60_000);
    expect(cluster.controller.log).toContain("a key is destroyed: starting anew");
    expect(keys("backup", "-o", "third.age").status).toBe(0);
    expect(cluster.lacre(["keys", "backup", "verify", "third.age", "-i", "recovery.key"]).stdout).toContain(
      "destroyed",
    );
    const verified = cluster.lacre(["keys", "backup", "verify", "third.age", "-i", "recovery.key", "--json"]);
    expect(JSON.parse(verified.stdout).serial).toBeGreaterThan(1_700_000_000);
  });

  it("the cluster is lost: from Git and the backup alone every Secret comes back, byte for byte, under the same identity", async () => {
    await commit("tls", { "tls.crt": "line\nline\n", binary: "\u0000\u0001" });
    await cluster.untilValues("tls", { "tls.crt": "line\nline\n", binary: "\u0000\u0001" });
    await until("the backup is taken", async () => (await cluster.controller.metric("lacre_backup_taken")) === 1);
    const dataOf = async (name: string) => (await cluster.secret(name))?.data;
    const before = { db: await dataOf("db"), tls: await dataOf("tls"), list: await list() };
    await cluster.controller.end("SIGKILL");

    const next = await TestCluster.prepared({ args: ["--generate-first-key", "false"] });
    try {
      for (const name of ["recovery.key", "third.age"]) fs.copyFileSync(cluster.file(name), next.file(name));
      fs.cpSync(cluster.file("git"), next.file("git"), { recursive: true });
      const controller = next.launch();
      await until("it leads", () => controller.log.includes('"leading"'));
      const admin = next.file("admin.kubeconfig");
      const place = ["--kubeconfig", admin, "--key-namespace", next.keyNamespace];
      const restore = ["keys", "restore", "third.age", "-i", "recovery.key", ...place];
      const restored = next.lacre(restore);
      expect([restored.status, restored.stderr]).toEqual([
        0,
        expect.stringContaining("every key id was derived again"),
      ]);
      await controller.ready();
      // Once more changes nothing: an interrupted restore is simply started again.
      await until("the list is there", async () => (await controller.http("/v1/keys")).status === 200);
      expect(next.lacre(restore).status).toBe(0);
      const after = parseKeyList(engine, (await controller.http("/v1/keys")).text);
      expect(after.identity).toEqual(before.list.identity);
      expect(after.serial).toBeGreaterThan(before.list.serial);
      expect(after.keys.map(({ publicKey, state }) => [publicKey.keyId, state])).toEqual(
        before.list.keys.map(({ publicKey, state }) => [publicKey.keyId, state]),
      );
      // The tokens are bound to their namespace: the new cluster has the same one in real life, and here only another name.
      const entry = JSON.parse(fs.readFileSync(next.file("git/db.json"), "utf8"));
      await next.apply({ ...entry, metadata: { ...entry.metadata, namespace: next.namespace() } });
      await next.untilReason("db", "WrongContext");

      // A cluster with keys of its own is not restored into.
      const other = await TestCluster.start();
      try {
        for (const name of ["recovery.key", "third.age"]) fs.copyFileSync(next.file(name), other.file(name));
        const there = ["--kubeconfig", other.file("admin.kubeconfig"), "--key-namespace", other.keyNamespace];
        const refused = other.lacre(["keys", "restore", "third.age", "-i", "recovery.key", ...there]);
        expect([refused.status, refused.stderr]).toEqual([7, expect.stringContaining("has keys of its own in")]);
      } finally {
        await other.stop();
      }
    } finally {
      await next.stop();
    }

    // The same namespaces, a new set of keys from the backup: every Secret again.
    for (const name of ["db", "tls"]) {
      await cluster.admin.request("DELETE", cluster.sealedPath(name));
      await cluster.admin.request("DELETE", cluster.secretPath(name));
    }
    const secrets = cluster.secretPath("", cluster.keyNamespace);
    await cluster.admin.request("DELETE", `${secrets}`);
    await cluster.admin.request("DELETE", `/api/v1/namespaces/${cluster.keyNamespace}/configmaps/lacre-keys`);
    await until("all is lost", async () => ((await cluster.admin.get(secrets))?.items ?? []).length === 0);
    const controller = cluster.launch(["--generate-first-key", "false"]);
    const place = ["--kubeconfig", cluster.file("admin.kubeconfig"), "--key-namespace", cluster.keyNamespace];
    expect(cluster.lacre(["keys", "restore", "third.age", "-i", "recovery.key", ...place]).status).toBe(0);
    await controller.ready();
    await applyGit();
    await until("db is back", async () => (await dataOf("db")) !== undefined);
    await until("tls is back", async () => (await dataOf("tls")) !== undefined);
    expect({ db: await dataOf("db"), tls: await dataOf("tls") }).toEqual({ db: before.db, tls: before.tls });
  });

  it("a key Secret that cannot be changed is told, and holds up nothing else", async () => {
    const key = generateKey(engine, "mlkem768x25519");
    const secret = {
      ...(await cluster.proven(holdNew(key, "decrypt-only", new Date("2020-01-01"), 1_000))),
      immutable: true,
    };
    await cluster.admin.request("POST", cluster.secretPath("", cluster.keyNamespace), secret);
    await until("it is listed", async () =>
      (await list()).keys.some(({ publicKey }) => publicKey.keyId === key.publicKey.keyId),
    );
    const ran = keys("destroy", key.publicKey.keyId.slice(0, 8));
    expect([ran.status, ran.stderr]).toEqual([7, expect.stringContaining("(422): is it immutable?")]);
    await cluster.admin.request("DELETE", cluster.secretPath(secret.metadata.name, cluster.keyNamespace));
    await until("it is gone", async () =>
      (await list()).keys.every(({ publicKey }) => publicKey.keyId !== key.publicKey.keyId),
    );
  });

  it("a key that is compromised is followed by another at once, and the Job moves its entries away", async () => {
    await cluster.letKeysAge();
    const lost = await activeKey();
    const marked = keys("compromised", lost.slice(0, 8));
    expect([marked.status, marked.stderr]).toEqual([0, expect.stringContaining("first change the secrets themselves")]);
    await until("there is another", async () => (await activeKey()) !== "" && (await activeKey()) !== lost);
    const ran = cluster.reseal();
    expect(ran.stdout.trim().split("\n").length).toBeGreaterThan(3);
    fs.writeFileSync(cluster.file("result"), ran.stdout);
    const old = cluster.lacre(["reseal", "--from", "result", "-r", "now.keys", "git"]);
    expect([old.status, old.stderr]).toEqual([6, expect.stringContaining("the result seals")]);
    fs.writeFileSync(cluster.file("now.keys"), (await cluster.controller.http("/v1/keys")).text);
    expect(cluster.lacre(["reseal", "--from", "result", "-r", "now.keys", "git"]).status).toBe(0);
    await applyGit();
    await cluster.untilReason("db", "Synced");
    const forced = keys("destroy", lost, "--force");
    expect([forced.status, forced.stderr]).toEqual([0, expect.stringContaining("is destroyed")]);
    expect((await list()).keys.find(({ publicKey }) => publicKey.keyId === lost)?.state).toBe("destroyed");
  });
});

describe.skipIf(inject("assets") === undefined)("signatures in a cluster", () => {
  it("enforce refuses what no sealer of the namespace signed; a changed policy opens at once what waited for it", async () => {
    const cluster = await TestCluster.prepared();
    try {
      const anna = cluster.lacre(["keys", "generate", "--signing", "-k", "anna.key"]).stdout.trim();
      const policy = (namespaces: string) =>
        fs.writeFileSync(cluster.file("sealers"), `policy * enforce\nsealer anna ${namespaces} ${anna}\n`);
      policy("other");
      await cluster.startController(["--sealers", cluster.file("sealers")]);
      await cluster.apply(cluster.seal("unsigned", { A: "a" }));
      await cluster.untilReason("unsigned", "SignatureMissing");
      await cluster.apply(cluster.seal("signed", { A: "a" }, { args: ["--sign-with", "anna.key"] }));
      await cluster.untilReason("signed", "SignatureNotTrusted");
      policy(`other,${cluster.namespace()}`);
      await cluster.untilValues("signed", { A: "a" });
      await cluster.untilReason("signed", "Synced");
      fs.writeFileSync(cluster.file("sealers"), "policy * nonsense\n");
      await until("the mistake is told", () => cluster.controller.log.includes("those before stay in force"));
      await cluster.apply(cluster.seal("still", { A: "a" }));
      await cluster.untilReason("still", "SignatureMissing");
      // A signed entry is moved only by somebody who signs it anew.
      expect(
        cluster.lacre([
          "keys",
          "rotate",
          "--kubeconfig",
          cluster.file("admin.kubeconfig"),
          "--key-namespace",
          cluster.keyNamespace,
        ]).status,
      ).toBe(0);
      const left = cluster.reseal();
      expect([left.status, left.stderr]).toEqual([
        5,
        expect.stringContaining("signed by its sealer; --sign-with signs anew"),
      ]);
      const signed = cluster.reseal(["--sign-with", cluster.file("anna.key")]);
      expect([
        signed.status,
        signed.stdout.split("\n").filter((line) => line.includes('"name":"signed"')).length,
      ]).toEqual([0, 1]);
    } finally {
      await cluster.stop();
    }
  });
});

describe.skipIf(inject("assets") === undefined)("shards", () => {
  it("share their keys, which one of them makes and replaces", async () => {
    const cluster = await TestCluster.prepared();
    try {
      const shards = ["a", "b", "c"].map((shard) => cluster.launch(["--shard", `shard=${shard}`]));
      for (const shard of shards) await shard.ready();
      const secrets = `${cluster.secretPath("", cluster.keyNamespace)}?labelSelector=lacre.dev/sealing-key`;
      const states = async () =>
        ((await cluster.admin.get(secrets))?.items ?? [])
          .map(({ metadata }) => metadata.labels?.["lacre.dev/sealing-key"])
          .sort();
      expect(await states()).toEqual(["active"]);
      const place = ["--kubeconfig", cluster.file("admin.kubeconfig"), "--key-namespace", cluster.keyNamespace];
      await until("the list is there", async () => (await shards[0]?.http("/v1/keys"))?.status === 200);
      expect(cluster.lacre(["keys", "rotate", ...place]).status).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(await states()).toEqual(["active", "decrypt-only"]);
      const sealed = cluster.seal(
        "sharded",
        { A: "a" },
        { key: publicLine((await shards[1]?.http("/v1/keys"))?.text) },
      );
      await cluster.apply({ ...sealed, metadata: { ...sealed.metadata, labels: { shard: "b" } } });
      await cluster.untilValues("sharded", { A: "a" });
    } finally {
      await cluster.stop();
    }
  });
});

/** The active key of a list, as a line. */
function publicLine(list = ""): string {
  return /^key: active \S+ \S+ (\S+)$/m.exec(list)?.[1] ?? "";
}
