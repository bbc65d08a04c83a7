/** The standalone controller and its key store, sealers and signed commits, as processes on real files and real Git. */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { thisProcess } from "../../src/node/process-identity.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const STORE = ["--source", "directory:src", "--target", "directory:out", "--key-file", "prod.key"];

async function must(at: Workspace, args: readonly string[], input = ""): Promise<string> {
  const ran = await at.lacre(args, { input });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

function workspace(): Workspace {
  const at = new Workspace();
  fs.mkdirSync(at.file("src"));
  return at;
}

function once(at: Workspace, args: readonly string[]) {
  const ran = at.controller([...args, "--once", "--log-level", "silent"]);
  if (ran.stdout === "") throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

async function seal(at: Workspace, name: string, value: string, ...more: readonly string[]): Promise<void> {
  at.write(`src/${name}.yaml`, secretYaml(name, { A: value }));
  await must(at, ["seal", "-i", "-r", "prod.keys", ...more, `src/${name}.yaml`]);
}

const opened = (at: Workspace, name: string) => at.read(`out/shop/${name}/A`);
const statesOf = (at: Workspace) => [...at.read("prod.key").matchAll(/^key: (\S+)/gm)].map(([, state]) => state);

/** A store whose active key is due, edited on purpose. */
const due = (store: string) =>
  store.replace(/^# check: .*\n/m, "").replace(/(key: active \S+) \S+/, "$1 2020-01-01T00:00:00Z");

describe("the standalone controller and its keys", () => {
  it("makes its own key store where there is none, and the list that people seal with", async () => {
    const at = workspace();
    expect(once(at, [...STORE, "--cluster", "prod", "--key-list", "prod.keys", "--allow-empty"]).problems).toEqual([]);
    expect(fs.statSync(at.file("prod.key")).mode & 0o777).toBe(0o600);
    await seal(at, "db", "hunter2");
    expect(once(at, STORE)).toMatchObject({ written: ["shop/db"], status: 0 });
    expect(opened(at, "db")).toBe("hunter2");
  });

  it("with --generate-first-key=false it never makes a stray key", () => {
    const at = workspace();
    const ran = at.controller([...STORE, "--cluster", "prod", "--generate-first-key", "false", "--once"]);
    expect([ran.status, fs.existsSync(at.file("prod.key"))]).toEqual([1, false]);
    expect(ran.stderr).toContain("prod.key: no such file");
  });

  it("replaces a key that is due, writes the new list, and goes on opening what the old one sealed", async () => {
    const at = workspace();
    once(at, [...STORE, "--cluster", "prod", "--key-list", "prod.keys", "--allow-empty"]);
    await seal(at, "old", "one");
    const past = due(at.read("prod.key"));
    at.write("prod.key", past);
    once(at, [...STORE, "--key-list", "prod.keys"]);
    expect(statesOf(at)).toEqual(["decrypt-only", "active"]);
    expect((await at.lacre(["reseal", "--check", "-r", "prod.keys", "src"])).status).toBe(4);
    await seal(at, "new", "two");
    once(at, STORE);
    expect([opened(at, "old"), opened(at, "new")]).toEqual(["one", "two"]);
  });

  it("with --require-backup the new key waits, and is used once lacre keys backup has run", async () => {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    at.write("prod.key", due(at.read("prod.key")));
    const args = [...STORE, "--require-backup", "--key-list", "prod.keys", "--allow-empty"];
    once(at, args);
    once(at, args);
    expect(statesOf(at)).toEqual(["active", "pending"]);
    at.write("recovery.pub", await must(at, ["keys", "recovery-key", "-o", "recovery.key"]));
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", "recovery.pub", "-o", "b.age"]);
    once(at, args);
    expect(statesOf(at)).toEqual(["decrypt-only", "active"]);
  });

  it("opens nothing that is sealed for a compromised key, unless told to, and says that the key is retired", async () => {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    await seal(at, "db", "hunter2");
    const keyId = /key: active \S+ \S+ (\w+)/.exec(at.read("prod.key"))?.[1] ?? "";
    await must(at, ["keys", "compromised", keyId, "-k", "prod.key"]);
    expect(once(at, STORE)).toMatchObject({ written: [], problems: [{ subject: "shop/db", reason: "KeyRetired" }] });
    expect(once(at, [...STORE, "--open-compromised"])).toMatchObject({ written: ["shop/db"] });
  });

  it("serves the signed list, reads a changed store again while it runs, and leaves a locked one alone", async () => {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    await seal(at, "db", "one");
    const child = at.startController([
      ...STORE,
      "--interval",
      "0.1",
      "--listen",
      "127.0.0.1:18471",
      "--log-level",
      "silent",
    ]);
    try {
      const listed = () => at.sh("curl -fsS http://127.0.0.1:18471/v1/keys").stdout;
      await expect.poll(listed, { timeout: 20_000 }).toBe(at.read("prod.keys"));
      await must(at, ["keys", "rotate", "-k", "prod.key"]);
      await expect.poll(() => listed().match(/^key: /gm)?.length, { timeout: 20_000 }).toBe(2);
      at.write("prod.keys", listed());
      await seal(at, "db", "two");
      await expect.poll(() => opened(at, "db"), { timeout: 20_000 }).toBe("two");
    } finally {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("close", resolve));
    }
  });

  it("a lock that a killed command left is no obstacle, and one that is held is waited for", async () => {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    const text = due(at.read("prod.key"));
    at.write("prod.key", text);
    const holder = { id: "0123456789abcdef", ...thisProcess() };
    at.write(".prod.key.lacre-lock", JSON.stringify(holder));
    const ran = at.controller([...STORE, "--allow-empty", "--once"]);
    expect(ran.stderr).toContain(`"holder":"process ${process.pid} on ${holder.host}"`);
    expect(at.read("prod.key")).toBe(text);
    at.write(".prod.key.lacre-lock", JSON.stringify({ ...holder, pid: 4194304 }));
    once(at, [...STORE, "--allow-empty"]);
    expect(statesOf(at)).toEqual(["decrypt-only", "active"]);
  });

  it("two stores, and a store that is damaged, are each told", async () => {
    const at = workspace();
    await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]);
    await must(at, ["keys", "generate", "--cluster", "other", "-k", "other.key"]);
    const two = at.controller([...STORE, "--key-file", "other.key", "--once"]);
    expect([two.status, two.stderr]).toEqual([
      2,
      expect.stringContaining("prod.key and other.key are both key stores"),
    ]);
    at.write("prod.key", at.read("prod.key").replace(/(\.mlkem768x25519\.)./, "$1_"));
    const damaged = at.controller([...STORE, "--once"]);
    expect([damaged.status, damaged.stderr]).toEqual([
      1,
      expect.stringMatching(/prod.key: the private key that is filed as/),
    ]);
  });
});

describe("the standalone controller and who sealed", () => {
  async function withSealers(policy: string): Promise<Workspace> {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    const anna = (await must(at, ["keys", "generate", "--signing", "-k", "anna.key"])).trim();
    await must(at, ["keys", "generate", "--signing", "-k", "eve.key"]);
    at.write("sealers", `policy shop ${policy}\nsealer anna shop ${anna}\n`);
    return at;
  }
  const SEALERS = [...STORE, "--sealers", "sealers"];

  it("enforce: only what a sealer of the namespace has signed is opened, and the last good state stays", async () => {
    const at = await withSealers("enforce");
    await seal(at, "db", "one", "--sign-with", "anna.key");
    expect(once(at, SEALERS)).toMatchObject({ written: ["shop/db"], status: 0 });
    await seal(at, "db", "two");
    expect(once(at, SEALERS)).toMatchObject({ written: [], status: 6, problems: [{ reason: "SignatureMissing" }] });
    await seal(at, "db", "three", "--sign-with", "eve.key");
    expect(once(at, SEALERS)).toMatchObject({ written: [], status: 6, problems: [{ reason: "SignatureNotTrusted" }] });
    expect(opened(at, "db")).toBe("one");
    await must(at, ["set", "src/db.yaml", "A", "-r", "prod.keys", "--sign-with", "anna.key"], "four");
    once(at, SEALERS);
    expect(opened(at, "db")).toBe("four");
  });

  it("warn: it is opened and told; off: nobody looks", async () => {
    const at = await withSealers("warn");
    await seal(at, "db", "one");
    expect(once(at, SEALERS)).toMatchObject({ written: ["shop/db"], problems: [{ reason: "SignatureMissing" }] });
    const off = await withSealers("off");
    await seal(off, "db", "one");
    expect(once(off, SEALERS)).toMatchObject({ written: ["shop/db"], problems: [] });
  });

  it("a bad file of sealers is refused at the start", async () => {
    const at = await withSealers("strict");
    const ran = at.controller([...SEALERS, "--once"]);
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("sealers: sealers, line 1: a policy has")]);
    const missing = at.controller([...STORE, "--sealers", "nowhere", "--once"]);
    expect(missing.stderr).toContain("nowhere cannot be read");
  });
});

describe("signed commits", () => {
  async function repository(): Promise<Workspace> {
    const at = workspace();
    at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "-k", "prod.key"]));
    for (const name of ["anna", "eve"]) at.sh(`ssh-keygen -q -t ed25519 -N '' -C ${name} -f ${name}`);
    at.write("signers", `anna@example.org namespaces="git" ${at.read("anna.pub")}`);
    at.git("init", "--quiet", ".");
    at.git("config", "gpg.format", "ssh");
    at.write(".gitignore", "*.key\nout\n");
    return at;
  }
  const commit = async (at: Workspace, value: string, signer?: string) => {
    await seal(at, "db", value);
    at.git("add", "src");
    const how = signer === undefined ? ["--no-gpg-sign"] : [`-S${at.file(signer)}`];
    const made = at.git("-c", "gpg.format=ssh", "commit", "--quiet", "-m", "x", ...how);
    if (made.status !== 0) throw new Error(made.stderr);
  };
  const from = (at: Workspace) => [
    ...["--source", `git:${at.path}#main`, "--target", "directory:out", "--key-file", "prod.key"],
    ...["--allowed-signers", "signers"],
  ];

  it("only a commit that an allowed signer has signed is taken, and what was taken before stays in force", async () => {
    const at = await repository();
    await commit(at, "one", "anna");
    expect(once(at, from(at))).toMatchObject({ written: ["shop/db"], status: 0 });
    await commit(at, "two");
    const unsigned = once(at, from(at));
    expect(unsigned.problems[0]).toMatchObject({ subject: "source", reason: "SignatureNotTrusted" });
    expect(unsigned.problems[0].message).toMatch(/^commit \w{12} is not signed with SSH/);
    await commit(at, "three", "eve");
    expect(once(at, from(at)).problems[0].message).toContain("is signed by nobody who is allowed to");
    expect(opened(at, "db")).toBe("one");
    await commit(at, "four", "anna");
    expect(once(at, from(at))).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(opened(at, "db")).toBe("four");
  });

  it("an older signed commit is not gone back to, and a damaged record of the accepted one ends the start", async () => {
    const at = await repository();
    await commit(at, "one", "anna");
    once(at, from(at));
    const first = at.git("rev-parse", "HEAD").stdout.trim();
    await commit(at, "two", "anna");
    once(at, from(at));
    at.git("reset", "--hard", "--quiet", first);
    const refused = once(at, from(at));
    expect(refused).toMatchObject({
      written: [],
      problems: [{ subject: "source", reason: "SignatureNotTrusted" }],
      status: 6,
    });
    expect(refused.problems[0].message).toMatch(
      /is no descendant of \w{12}, which was accepted last; if that is meant: /,
    );
    expect(opened(at, "db")).toBe("two");
    expect(once(at, [...from(at), "--accept-commit", first])).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(opened(at, "db")).toBe("one");
    at.write("out/..lacre/accepted.json", "{");
    const damaged = at.controller([...from(at), "--once"]);
    expect([damaged.status, damaged.stderr]).toEqual([
      8,
      expect.stringContaining("is not the record of an accepted commit"),
    ]);
    expect(opened(at, "db")).toBe("one");
  });

  it("a running controller puts drift right while an unsigned commit lies on the branch", async () => {
    const at = await repository();
    await commit(at, "one", "anna");
    const child = at.startController([...from(at), "--interval", "0.1", "--listen", "off", "--log-level", "error"]);
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    try {
      await expect.poll(() => fs.existsSync(at.file("out/shop/db/A")), { timeout: 20_000 }).toBe(true);
      await commit(at, "two");
      await expect.poll(() => log, { timeout: 20_000 }).toContain("stays in force");
      fs.rmSync(at.file("out/shop/db"), { recursive: true });
      await expect
        .poll(() => fs.existsSync(at.file("out/shop/db/A")) && opened(at, "db"), { timeout: 20_000 })
        .toBe("one");
    } finally {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("close", resolve));
    }
  });

  it("an OpenPGP signature, and signers for a directory, do not count", async () => {
    const at = await repository();
    await commit(at, "one", "anna");
    const raw = at.git("cat-file", "commit", "HEAD").stdout;
    const forged = raw
      .replace("-----BEGIN SSH SIGNATURE-----", "-----BEGIN PGP SIGNATURE-----")
      .replace("-----END SSH SIGNATURE-----", "-----END PGP SIGNATURE-----");
    at.write("forged", forged);
    at.sh("git update-ref refs/heads/main $(git hash-object -t commit -w forged)");
    expect(once(at, from(at)).problems[0].message).toContain("is not signed with SSH");
    const ran = at.controller([...STORE, "--allowed-signers", "signers", "--once"]);
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining("--allowed-signers goes with a git source")]);
  });
});

/** How often some bytes lie in the writable memory of a process. */
function inMemory(pid: number, ...needles: readonly Buffer[]): number {
  const memory = fs.openSync(`/proc/${pid}/mem`, "r");
  let found = 0;
  for (const line of fs.readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
    const [, from = "", to = ""] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (from === "" || to === "") continue;
    const bytes = Buffer.alloc(Number.parseInt(to, 16) - Number.parseInt(from, 16));
    try {
      fs.readSync(memory, bytes, 0, bytes.length, Number.parseInt(from, 16));
    } catch {
      continue;
    }
    const text = bytes.toString("latin1");
    for (const needle of needles) found += text.split(needle.toString("latin1")).length - 1;
  }
  fs.closeSync(memory);
  return found;
}

const canReadMemory = process.platform === "linux" && process.geteuid?.() === 0;

describe("a key that is destroyed", () => {
  it.runIf(canReadMemory)(
    "leaves the memory of a running controller, which goes on under its process number",
    async () => {
      const at = workspace();
      once(at, [...STORE, "--cluster", "prod", "--key-list", "prod.keys", "--allow-empty"]);
      await must(at, ["keys", "rotate", "-k", "prod.key"]);
      const [keyId = "", , seed = ""] =
        /key: decrypt-only \S+ \S+ (\w+)\n(lacre-private-1.*)\.(.*)/.exec(at.read("prod.key"))?.slice(1) ?? [];
      const child = at.startController([...STORE, "--allow-empty", "--interval", "1", "--listen", "off"]);
      onTestFinished(() => void child.kill("SIGKILL"));
      let log = "";
      child.stderr?.on("data", (bytes) => (log += bytes));
      const pid = child.pid as number;
      const starts = () => log.split('"msg":"started"').length - 1;
      await expect.poll(starts, { timeout: 10_000 }).toBe(1);
      const traces = () => inMemory(pid, Buffer.from(seed), Buffer.from(seed, "base64url"));
      expect(traces()).toBeGreaterThan(0);
      await must(at, ["keys", "destroy", "-k", "prod.key", keyId.slice(0, 8), "src"]);
      await expect.poll(starts, { timeout: 20_000 }).toBe(2);
      expect(log).toContain("keys are destroyed: starting anew");
      expect(traces()).toBe(0);
      expect(log).not.toContain("Warning");
      fs.rmSync(at.file("prod.keys"));
      await must(at, ["keys", "publish", "-k", "prod.key", "-o", "prod.keys"]);
      await seal(at, "db", "hunter2");
      await expect.poll(() => fs.existsSync(at.file("out/shop/db/A")), { timeout: 10_000 }).toBe(true);
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("close", resolve));
      expect([child.exitCode, starts()]).toEqual([0, 2]);
    },
  );
});

describe("a value that was written", () => {
  it.runIf(canReadMemory)("is nowhere in the memory of a standalone controller afterwards", async () => {
    const at = workspace();
    once(at, [...STORE, "--cluster", "prod", "--key-list", "prod.keys", "--allow-empty"]);
    const values = Array.from({ length: 6 }, (_, index) => `${index}-`.padEnd(31, randomUUID()));
    for (const [index, value] of values.entries()) await seal(at, `db${index}`, value);
    const child = at.startController([...STORE, "--interval", "1", "--listen", "off"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await expect.poll(() => fs.existsSync(at.file("out/shop/db5/A")), { timeout: 20_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const found = values.filter((value) => inMemory(child.pid as number, Buffer.from(value)) > 0);
    expect(found).toEqual([]);
  });
});
