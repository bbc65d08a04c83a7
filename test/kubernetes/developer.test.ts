/** What developers do with a cluster from their terminals: fetch its keys, seal, compare. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { generateKey } from "../../src/crypto/index.ts";
import { fingerprintOf, parseKeyList, signKeyList } from "../../src/keys/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const engine = await loadEngine();
const secretText = (name: string, namespace: string, values: Record<string, string>) =>
  JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData: values });

describe.skipIf(inject("assets") === undefined)("a developer and a cluster", () => {
  let cluster: TestCluster;
  let kubeconfig: string;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    // Ada may look at SealedSecrets, as lacre-view grants it, and at no Secret.
    const rules = cluster.kubectl(["create", "serviceaccount", "ada", "-n", cluster.namespace()]);
    expect(rules.status).toBe(0);
    const namespace = cluster.namespace();
    cluster.kubectl([
      "create",
      "rolebinding",
      "ada",
      "-n",
      namespace,
      "--clusterrole=lacre-view",
      `--serviceaccount=${namespace}:ada`,
    ]);
    const token = cluster.kubectl(["-n", namespace, "create", "token", "ada"]).stdout.trim();
    kubeconfig = cluster.writeKubeconfig("ada", token);
  });
  afterAll(() => cluster.stop());

  const fetch = (args: readonly string[] = [], env: Record<string, string> = {}) =>
    cluster.lacre(
      ["keys", "fetch", "--kubeconfig", kubeconfig, "--key-namespace", cluster.keyNamespace, ...args],
      "",
      env,
    );
  const keysFile = () => cluster.file(`keys/test-${cluster.id}.keys`);

  it("fetches the signed keys, pins who signed them on first use, and says what to compare", () => {
    const ran = fetch();
    expect([ran.status, ran.stdout]).toEqual([0, ""]);
    const list = parseKeyList(engine, fs.readFileSync(keysFile(), "utf8"));
    const fingerprint = fingerprintOf(engine, list.identity);
    expect(ran.stderr).toContain(`pinned test-${cluster.id}: ${fingerprint}`);
    expect(cluster.controller.log).toContain(fingerprint);
    expect(fs.statSync(cluster.file(".config/lacre/pins.json")).mode & 0o777).toBe(0o600);
    const again = fetch();
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining("is up to date")]);
  });

  it("seals with the fetched list, and the cluster opens it", async () => {
    const sealed = cluster.lacre(["seal", "-r", keysFile()], secretText("fetched", cluster.namespace(), { A: "a" }));
    expect(sealed.status).toBe(0);
    await cluster.apply(JSON.parse(sealed.stdout));
    await cluster.untilValues("fetched", { A: "a" });
  });

  it("46: refuses a list that somebody else signed, when it is fetched and when it is sealed with, and changes nothing", () => {
    const before = fs.readFileSync(keysFile(), "utf8");
    const list = parseKeyList(engine, before);
    const key = {
      publicKey: generateKey(engine, "mlkem768x25519").publicKey,
      state: "active" as const,
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2030-01-01T00:00:00Z",
    };
    const forged = signKeyList(engine, { ...list, serial: list.serial + 1, keys: [key] }, new Uint8Array(32).fill(9));
    fs.writeFileSync(cluster.file("forged.keys"), forged);
    const fetched = cluster.lacre(["keys", "fetch", "--from", "forged.keys"]);
    expect([fetched.status, fetched.stderr]).toEqual([6, expect.stringContaining(`is of test-${cluster.id} (SHA256:`)]);
    expect(fs.readFileSync(keysFile(), "utf8")).toBe(before);
    fs.writeFileSync(keysFile(), forged);
    const sealed = cluster.lacre(["seal", "-r", keysFile()], secretText("x", "y", { A: "a" }));
    fs.writeFileSync(keysFile(), before);
    expect([sealed.status, sealed.stdout, sealed.stderr]).toEqual([
      6,
      "",
      expect.stringContaining(`and pinned is test-${cluster.id} (SHA256:`),
    ]);
  });

  it("47: refuses a list with a lower serial, and one that was changed after it was signed", () => {
    const text = fs.readFileSync(keysFile(), "utf8");
    const pins = JSON.parse(fs.readFileSync(cluster.file(".config/lacre/pins.json"), "utf8"));
    const saved = JSON.stringify(pins);
    pins.pins[0].recipients[0].serial += 1;
    fs.writeFileSync(cluster.file(".config/lacre/pins.json"), JSON.stringify(pins));
    const old = cluster.lacre(["seal", "-r", keysFile()], secretText("x", "y", { A: "a" }));
    expect([old.status, old.stderr]).toEqual([6, expect.stringContaining("was seen before")]);
    fs.writeFileSync(cluster.file(".config/lacre/pins.json"), saved);
    fs.writeFileSync(cluster.file("edited.keys"), text.replace(/serial: (\d+)/, "serial: 9$1"));
    const edited = cluster.lacre(["keys", "fetch", "--from", "edited.keys"]);
    expect([edited.status, edited.stderr]).toEqual([6, expect.stringContaining("it was changed after it was signed")]);
  });

  it("48: does not seal to a key that only opens", () => {
    const seed = new Uint8Array(32).fill(5);
    const key = {
      publicKey: generateKey(engine, "mlkem768x25519").publicKey,
      state: "decrypt-only" as const,
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2030-01-01T00:00:00Z",
    };
    fs.writeFileSync(
      cluster.file("retired.keys"),
      signKeyList(engine, { cluster: "retired", serial: 1, keys: [key] }, seed),
    );
    const ran = cluster.lacre(["seal", "-r", "retired.keys"], secretText("x", "y", { A: "a" }));
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("has no active key")]);
  });

  it("CI demands a fingerprint by LACRE_PIN; another one is refused", () => {
    const list = parseKeyList(engine, fs.readFileSync(keysFile(), "utf8"));
    const env = { XDG_CONFIG_HOME: cluster.file("empty") };
    expect(fetch([], { ...env, LACRE_PIN: fingerprintOf(engine, list.identity) }).status).toBe(0);
    const wrong = fetch([], { ...env, LACRE_PIN: "SHA256:AAAA" });
    expect([wrong.status, wrong.stderr]).toEqual([6, expect.stringContaining("(LACRE_PIN)")]);
    expect(fs.existsSync(cluster.file("empty"))).toBe(false);
  });

  it("takes another identity only with its fingerprint: for a file that is there, and for one that is fetched", () => {
    const seed = new Uint8Array(32).fill(3);
    const before = fs.readFileSync(keysFile(), "utf8");
    const list = parseKeyList(engine, before);
    const own = fingerprintOf(engine, list.identity);
    fs.writeFileSync(keysFile(), signKeyList(engine, list, seed));
    const fingerprint = fingerprintOf(engine, engine.signingKeyOf(seed));
    const pin = (told: string) => cluster.lacre(["keys", "pin", keysFile(), "--fingerprint", told]);
    expect([pin("SHA256:AAAA").status, pin(own).status, pin(fingerprint).status]).toEqual([6, 6, 0]);
    const back = fetch();
    expect([back.status, back.stderr]).toEqual([
      6,
      expect.stringContaining("lacre keys fetch --fingerprint SHA256:..."),
    ]);
    expect(fetch(["--fingerprint", fingerprint]).status).toBe(6);
    expect([fetch(["--fingerprint", own]).status, fs.readFileSync(keysFile(), "utf8")]).toEqual([0, before]);
    expect(cluster.lacre(["seal", "-r", keysFile()], secretText("x", "y", { A: "a" })).status).toBe(0);
  });

  it("asks for a new key, and sees which entries still need the old one", async () => {
    const before = parseKeyList(engine, fs.readFileSync(keysFile(), "utf8"));
    const sealed = cluster.lacre(
      ["seal", "-r", keysFile()],
      secretText("rotated", cluster.namespace(), { A: "a", B: "b" }),
    );
    fs.mkdirSync(cluster.file("rotated"), { recursive: true });
    fs.writeFileSync(cluster.file("rotated/db.json"), sealed.stdout);
    const refused = cluster.lacre([
      "keys",
      "rotate",
      "--kubeconfig",
      kubeconfig,
      "--key-namespace",
      cluster.keyNamespace,
    ]);
    expect([refused.status, refused.stderr]).toEqual([8, expect.stringContaining("you have no right to")]);
    const admin = ["--kubeconfig", cluster.file("admin.kubeconfig"), "--key-namespace", cluster.keyNamespace];
    expect(cluster.lacre(["keys", "rotate", ...admin]).status).toBe(0);
    await until("there is a new key", async () =>
      (await cluster.controller.http("/v1/keys")).text.includes("key: decrypt-only"),
    );
    expect(fetch().status).toBe(0);
    const after = parseKeyList(engine, fs.readFileSync(keysFile(), "utf8"));
    expect(after.serial).toBeGreaterThan(before.serial);
    expect(after.keys.map(({ state }) => state)).toEqual(["active", "decrypt-only"]);
    const old = before.keys[0]?.publicKey.keyId.slice(0, 8);
    const listed = cluster.lacre(["keys", "list", keysFile(), "rotated"]).stdout;
    expect(listed).toMatch(new RegExp(`${old}  decrypt-only .*2 entries in 1 files need it\\n {6}rotated/db.json`));
    expect(listed).toMatch(/active .*no entry needs it/);
    expect(cluster.lacre(["reseal", "--check", "-r", keysFile(), "rotated"]).status).toBe(4);
    // One request, one key: it is not made again.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(parseKeyList(engine, (await cluster.controller.http("/v1/keys")).text).keys).toHaveLength(2);
    // What was sealed for the old key goes on opening.
    await cluster.apply(JSON.parse(sealed.stdout));
    await cluster.untilValues("rotated", { A: "a", B: "b" });
  });

  it("says in one line what is wrong with a cluster that cannot be asked", () => {
    const nowhere = cluster.writeKubeconfig("nowhere", "x");
    fs.writeFileSync(nowhere, fs.readFileSync(nowhere, "utf8").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"));
    const cases = [
      [["keys", "fetch", "--kubeconfig", nowhere], 8, "the cluster cannot be reached"],
      [
        ["keys", "fetch", "--kubeconfig", cluster.writeKubeconfig("stranger", "wrong")],
        8,
        "does not accept your credentials",
      ],
      [["keys", "fetch", "--kubeconfig", kubeconfig, "--key-namespace", "default"], 8, "you have no right to"],
      [["keys", "fetch", "--kubeconfig", kubeconfig, "--context", "prod"], 2, "the kubeconfig has no context prod"],
    ] as const;
    for (const [args, status, message] of cases) {
      const ran = cluster.lacre(args);
      expect([ran.status, ran.stderr]).toEqual([status, expect.stringContaining(message)]);
      expect(ran.stderr.trim().split("\n")).toHaveLength(2);
    }
  });

  describe("lacre diff", () => {
    const diff = (...args: readonly string[]) => cluster.lacre(["diff", "--kubeconfig", kubeconfig, ...args]);
    const write = (name: string, text: string) => {
      fs.mkdirSync(cluster.file("git"), { recursive: true });
      fs.writeFileSync(cluster.file(`git/${name}.json`), text);
    };
    const seal = (name: string, values: Record<string, string>) =>
      cluster.lacre(["seal", "-r", keysFile(), "--no-cache"], secretText(name, cluster.namespace(), values)).stdout;

    it("tells what is the same, different, only here, only there, and not as it says; never a value or a length", async () => {
      const [same, changed, added] = [
        seal("same", { A: "a" }),
        seal("changed", { A: "a", B: "b" }),
        seal("added", { A: "a" }),
      ];
      await cluster.apply(JSON.parse(same));
      await cluster.apply(JSON.parse(seal("changed", { B: "b", C: "c" })));
      await cluster.apply(JSON.parse(seal("extra", { A: "a" })));
      const broken = JSON.parse(seal("broken", { A: "a" }));
      broken.spec.entries.A.sealed = "lacre1.AAAA";
      await cluster.apply(broken);
      for (const name of ["same", "changed", "extra"]) await cluster.untilReason(name, "Synced");
      await cluster.untilReason("broken", "MalformedToken");
      write("same", same);
      expect([diff("git").status, diff("git").stdout]).toEqual([0, `= ${cluster.namespace()}/same\n`]);
      write("changed", changed);
      write("added", added);
      write("broken", JSON.stringify(broken));
      const ran = diff("git", "--extra");
      expect(ran.status).toBe(9);
      const ns = cluster.namespace();
      expect(ran.stdout.split("\n").filter((line) => !/fetched|rotated/.test(line))).toEqual([
        `+ ${ns}/added  not in the cluster`,
        `! ${ns}/broken`,
        "    ! MalformedToken: entry A is not a sound token; the last good state stays",
        `~ ${ns}/changed`,
        "    + entry A",
        "    ~ entry B",
        "    - entry C",
        `= ${ns}/same`,
        `- ${ns}/extra  only in the cluster`,
        "",
      ]);
      const json = JSON.parse(diff("git", "--json").stdout) as { object: string; sign: string }[];
      expect(json.map(({ sign }) => sign)).toEqual(["+", "!", "~", "="]);
    });

    it("a hand edit that is only detected shows", async () => {
      const detect = JSON.parse(seal("detected", { A: "a" }));
      detect.spec.driftPolicy = "Detect";
      await cluster.apply(detect);
      await cluster.untilReason("detected", "Synced");
      fs.writeFileSync(cluster.file("detected.json"), JSON.stringify(detect));
      expect(diff("detected.json").status).toBe(0);
      await cluster.admin.request(
        "PATCH",
        cluster.secretPath("detected"),
        { data: { A: "eA==" } },
        "application/merge-patch+json",
      );
      await cluster.untilReason("detected", "DriftDetected");
      expect([diff("detected.json").status, diff("detected.json").stdout]).toEqual([
        9,
        expect.stringContaining("! DriftDetected"),
      ]);
    });

    it("could not tell is 1, also where a crash would be", () => {
      const nowhere = cluster.file("nowhere.kubeconfig");
      expect(cluster.lacre(["diff", "--kubeconfig", nowhere, "git"]).status).toBe(8);
      expect(diff("not-there").status).toBe(1);
    });

    it("lacre verify --live finds what differs, and is clean when nothing does", async () => {
      fs.mkdirSync(cluster.file("clean"), { recursive: true });
      fs.copyFileSync(cluster.file("git/same.json"), cluster.file("clean/same.json"));
      const clean = cluster.lacre(["verify", "--live", "--kubeconfig", kubeconfig, "clean"]);
      expect([clean.status, clean.stderr]).toEqual([0, expect.stringContaining("the cluster is as Git says")]);
      fs.copyFileSync(cluster.file("git/changed.json"), cluster.file("clean/changed.json"));
      const found = cluster.lacre(["verify", "--live", "--kubeconfig", kubeconfig, "clean"]);
      expect([found.status, found.stderr]).toEqual([3, expect.stringContaining("~ entry B")]);
    });

    it("kubectl lacre is the same program", () => {
      const bin = cluster.file("bin");
      fs.mkdirSync(bin);
      const main = path.join(import.meta.dirname, "../../dist/cli/main.cjs");
      fs.writeFileSync(`${bin}/kubectl-lacre`, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
        mode: 0o755,
      });
      const kubectl = path.join(inject("assets") as string, "kubectl");
      const env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: cluster.directory, KUBECONFIG: kubeconfig };
      const ran = spawnSync(kubectl, ["lacre", "diff", "git/same.json"], {
        cwd: cluster.directory,
        env,
        encoding: "utf8",
      });
      expect([ran.status, ran.stdout]).toEqual([0, `= ${cluster.namespace()}/same\n`]);
    });
  });
});
