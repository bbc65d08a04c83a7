/** The life of keys at the command line: stores, rotation, destroying, backups, recovery. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { ageDirectory, HOW_TO_GET_AGE } from "../support/age.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const PASSPHRASE = "correct horse battery staple";

/** A workspace with the key store prod.key, its list prod.keys and a sealed file of two entries. */
async function withStore(): Promise<Workspace> {
  const at = new Workspace();
  at.write("prod.keys", await must(at, ["keys", "generate", "--cluster", "prod", "--key-file", "prod.key"]));
  at.write("secrets/db.yaml", secretYaml("db", { A: "alpha", B: "beta" }));
  await must(at, ["seal", "-i", "-r", "prod.keys", "secrets"]);
  return at;
}

async function must(at: Workspace, args: readonly string[], input = ""): Promise<string> {
  const ran = await at.lacre(args, { input });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

const failing = async (at: Workspace, args: readonly string[], input = "") => {
  const { status, stdout, stderr } = await at.lacre(args, { input });
  return [status, stdout, stderr.split("\n")[0]];
};

const keysOf = (at: Workspace) =>
  at
    .read("prod.key")
    .split("\n")
    .filter((line) => line.startsWith("key: "))
    .map((line) => line.split(" "))
    .map(([, state = "", , , keyId = ""]) => ({ state, keyId }));
const publish = (at: Workspace) => must(at, ["keys", "publish", "-k", "prod.key", "-o", "prod.keys"]);

describe("the lock of a key store", () => {
  it("that a full disk or a kill left half-made blocks nobody", async () => {
    const at = new Workspace();
    expect((await at.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.store"])).status).toBe(0);
    for (const text of ["", "12", "garbage"]) {
      const lock = at.file(".prod.store.lacre-lock");
      fs.writeFileSync(lock, text === "12" ? "999999999" : text);
      const past = new Date(Date.now() - 60_000);
      fs.utimesSync(lock, past, past);
      expect((await at.lacre(["keys", "rotate", "-k", "prod.store"])).status).toBe(0);
      expect(fs.existsSync(lock)).toBe(false);
    }
  });
});

describe("a key store", () => {
  it("is a key file: it opens, its public keys print, and the file has mode 0600", async () => {
    const at = await withStore();
    expect(fs.statSync(at.file("prod.key")).mode & 0o777).toBe(0o600);
    expect((await at.lacre(["open", "-k", "prod.key", "secrets/db.yaml"])).stdout).toContain("A: alpha");
    expect((await at.lacre(["keys", "public", "-k", "prod.key"])).stdout).toMatch(/lacre-public-1\.mlkem768x25519\./);
  });

  it("rotates: a new key is sealed for, the old one goes on opening, and old entries are named", async () => {
    const at = await withStore();
    await must(at, ["keys", "rotate", "-k", "prod.key"]);
    expect(keysOf(at).map(({ state }) => state)).toEqual(["decrypt-only", "active"]);
    await publish(at);
    await must(at, ["set", "secrets/db.yaml", "B", "-r", "prod.keys"], "gamma");
    const [old, fresh] = keysOf(at);
    const { keys } = JSON.parse(await must(at, ["keys", "list", "prod.keys", "secrets", "--json"]));
    expect(keys.map(({ keyId, entries }: { keyId: string; entries: number }) => [keyId, entries])).toEqual([
      [fresh?.keyId, 1],
      [old?.keyId, 1],
    ]);
    expect((await at.lacre(["open", "-k", "prod.key", "secrets/db.yaml"])).stdout).toMatch(/A: alpha\n {2}B: gamma/);
  });

  it("a key is destroyed only when nothing needs it: then what is left in Git opens with nothing", async () => {
    const at = await withStore();
    fs.cpSync(at.file("secrets"), at.file("history"), { recursive: true });
    const [first] = keysOf(at);
    const keyId = first?.keyId ?? "";
    const short = keyId.slice(0, 8);
    const destroy = ["keys", "destroy", short, "secrets", "-k", "prod.key"];
    expect((await failing(at, ["keys", "destroy", short, "-k", "prod.key"]))[0]).toBe(2);
    expect(await failing(at, destroy)).toEqual([
      7,
      "",
      `lacre: error: 2 entries in 1 file need ${short}, such as secrets/db.yaml`,
    ]);
    fs.mkdirSync(at.file("empty"));
    expect((await failing(at, ["keys", "destroy", short, "empty", "-k", "prod.key"]))[2]).toContain("is active");
    await must(at, ["keys", "rotate", "-k", "prod.key"]);
    await publish(at);
    await must(at, ["reseal", "-k", "prod.key", "-r", "prod.keys", "secrets"]);
    await must(at, destroy);
    expect(keysOf(at).map(({ state }) => state)).toEqual(["destroyed", "active"]);
    expect(at.read("prod.key").split("lacre-private-1.")).toHaveLength(2);
    expect(await must(at, ["open", "-k", "prod.key", "secrets/db.yaml"])).toContain("alpha");
    expect((await failing(at, ["open", "-k", "prod.key", "history/db.yaml"]))[0]).toBe(5);
    await publish(at);
    expect(await must(at, ["keys", "list", "prod.keys"])).toMatch(new RegExp(`${short}  destroyed`));
    expect((await failing(at, destroy))[0]).toBe(0);
  });

  it("by force only with the whole id, and there is always a key to seal for", async () => {
    const at = await withStore();
    const keyId = keysOf(at)[0]?.keyId ?? "";
    const force = (id: string) => ["keys", "destroy", id, "-k", "prod.key", "--force"];
    expect((await failing(at, force(keyId.slice(0, 8))))[0]).toBe(2);
    await must(at, force(keyId));
    expect(keysOf(at).map(({ state }) => state)).toEqual(["destroyed", "active"]);
  });

  it("a compromised key is replaced at once, and its entries can still be moved", async () => {
    const at = await withStore();
    const keyId = keysOf(at)[0]?.keyId ?? "";
    const ran = await at.lacre(["keys", "compromised", keyId.slice(0, 8), "-k", "prod.key"]);
    expect(ran.stderr).toContain("first change the secrets themselves");
    expect(keysOf(at).map(({ state }) => state)).toEqual(["compromised", "active"]);
    await publish(at);
    await must(at, ["reseal", "-k", "prod.key", "-r", "prod.keys", "secrets"]);
    await must(at, ["keys", "destroy", keyId, "secrets", "-k", "prod.key"]);
    expect((await failing(at, ["keys", "compromised", keyId, "-k", "prod.key"]))[0]).toBe(5);
  });

  it("takes over bare keys, and says so where one is missing", async () => {
    const at = await new Workspace().withKey("old");
    at.write("a.yaml", secretYaml("a", { A: "alpha" }));
    await must(at, ["seal", "-i", "-r", "old.pub", "a.yaml"]);
    expect((await failing(at, ["keys", "rotate", "-k", "old.key"]))[2]).toContain(
      "holds bare keys: no identity, no states",
    );
    at.write(
      "prod.keys",
      await must(at, ["keys", "generate", "--cluster", "prod", "--adopt", "old.key", "-k", "prod.key"]),
    );
    expect(await must(at, ["open", "-k", "prod.key", "a.yaml"])).toContain("alpha");
    expect((await failing(at, ["reseal", "--check", "-r", "prod.keys", "a.yaml"]))[0]).toBe(0);
  });

  it("wrong ids, names and mixtures are each told, and change nothing", async () => {
    const at = await withStore();
    const before = at.read("prod.key");
    const short = keysOf(at)[0]?.keyId.slice(0, 8) ?? "";
    const unknown = await at.lacre(["keys", "compromised", "ffffffff", "-k", "prod.key"]);
    expect([unknown.status, unknown.stderr]).toEqual([
      5,
      expect.stringContaining(`hint: eight digits or more of: ${short}`),
    ]);
    expect((await failing(at, ["keys", "compromised", short.slice(0, 7), "-k", "prod.key"]))[0]).toBe(5);
    expect((await failing(at, ["keys", "generate", "--cluster", "Prod!", "-k", "x.key"]))[0]).toBe(2);
    expect((await failing(at, ["keys", "generate", "--signing", "--cluster", "prod", "-k", "x.key"]))[0]).toBe(2);
    expect((await failing(at, ["keys", "generate", "--adopt", "prod.key", "-k", "x.key"]))[0]).toBe(2);
    at.write("damaged.key", before.replace(/serial: \d+/, "serial: x"), 0o600);
    expect((await failing(at, ["keys", "publish", "-k", "damaged.key"]))[2]).toContain(
      "damaged.key: the serial is no whole number",
    );
    expect([at.read("prod.key"), fs.existsSync(at.file("x.key"))]).toEqual([before, false]);
  });

  it("50: a private file that others can read, a link, or one that Git would take, is refused", async () => {
    const at = await withStore();
    fs.chmodSync(at.file("prod.key"), 0o644);
    expect((await failing(at, ["keys", "publish", "-k", "prod.key"]))[2]).toContain("can be read by others");
    fs.chmodSync(at.file("prod.key"), 0o600);
    fs.symlinkSync("prod.key", at.file("link.key"));
    expect((await failing(at, ["keys", "publish", "-k", "link.key"]))[2]).toContain("symbolic link");
    at.git("init", "--quiet", "repo");
    for (const args of [
      ["keys", "generate", "--cluster", "x", "-k", "repo/x.key"],
      ["keys", "generate", "--signing", "-k", "repo/x.key"],
      ["keys", "recovery-key", "-o", "repo/x.key"],
    ])
      expect((await failing(at, args))[2]).toContain("could be committed");
    expect(fs.readdirSync(at.file("repo"))).toEqual([".git"]);
  });

  it("51: no secret is taken from the command line, and none is left in a file that others can read", async () => {
    const at = await withStore();
    const identity =
      (await must(at, ["keys", "recovery-key", "-o", "recovery.key"])) && at.read("recovery.key").split("\n")[2];
    const leaked = await failing(at, ["keys", "backup", "-k", "prod.key", "-r", identity ?? "", "-o", "b.age"]);
    expect(leaked[2]).toContain("this is a recovery key itself");
    expect(
      (await failing(at, ["keys", "backup", "-k", "prod.key", "--passphrase", PASSPHRASE, "-o", "b.age"]))[0],
    ).toBe(2);
    const privateLine =
      at
        .read("prod.key")
        .split("\n")
        .find((line) => line.startsWith("lacre-private")) ?? "";
    expect((await failing(at, ["seal", "-r", privateLine, "secrets/db.yaml"]))[2]).toContain(
      "on the command line, where others can see it",
    );
    expect(fs.existsSync(at.file("b.age"))).toBe(false);
    for (const [option, secret] of [
      ["-i", identity ?? ""],
      ["--share", "lacre-share-1.00000000.2.3.1.AAAA.BBBBBB"],
      ["--passphrase-file", privateLine],
    ] as const) {
      const ran = await at.lacre(["keys", "restore", "b.age", option, secret, "-k", "x.key"]);
      expect([ran.status === 0, ran.stderr.includes(secret.slice(20))]).toEqual([false, false]);
    }
    const signed = await at.lacre(["seal", "-r", "prod.keys", "--sign-with", privateLine, "secrets/db.yaml"]);
    expect([signed.status, signed.stderr]).toEqual([
      1,
      expect.stringContaining("a private key was given on the command line"),
    ]);
    const modes = fs
      .readdirSync(at.path)
      .filter((name) => /\.key$/.test(name))
      .map((name) => fs.statSync(at.file(name)).mode & 0o77);
    expect(new Set(modes)).toEqual(new Set([0]));
  });
});

describe("lacre keys backup and restore", () => {
  it("a store comes back byte for byte, but for the serial, which has risen, and the check", async () => {
    const at = await withStore();
    at.write("recovery.pub", await must(at, ["keys", "recovery-key", "-o", "recovery.key"]));
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", "recovery.pub", "-o", "b.age"]);
    const verified = await at.lacre([
      "keys",
      "backup",
      "verify",
      "b.age",
      "-i",
      "recovery.key",
      "--against",
      "prod.keys",
    ]);
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringMatching(/^prod, serial \d+, SHA256:/)]);
    // What only a recovery key opens may lie in Git, what a passphrase opens may not.
    at.git("init", "--quiet", "repo");
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", "recovery.pub", "-o", "repo/b.age"]);
    at.write("pass.txt", PASSPHRASE, 0o600);
    const guessable = ["keys", "backup", "-k", "prod.key", "--passphrase-file", "pass.txt", "-o", "repo/p.age"];
    expect((await failing(at, guessable))[2]).toContain("could be committed");
    await must(at, ["keys", "restore", "b.age", "-i", "recovery.key", "-k", "new.key"]);
    // The check covers the serial.
    const withoutSerial = (text: string) => text.replace(/serial: \d+/, "").replace(/# check: .*/, "");
    expect(withoutSerial(at.read("new.key"))).toBe(withoutSerial(at.read("prod.key")));
    expect(await must(at, ["open", "-k", "new.key", "secrets/db.yaml"])).toContain("beta");
  });

  it("53: the wrong key, passphrase, file or place is told, and nothing is written", async () => {
    const at = await withStore();
    const recipient = (await must(at, ["keys", "recovery-key", "-o", "recovery.key"])).trim();
    await must(at, ["keys", "recovery-key", "-o", "other.key"]);
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]);
    at.write("pass.txt", `${PASSPHRASE}\n`, 0o600);
    await must(at, ["keys", "backup", "-k", "prod.key", "--passphrase-file", "pass.txt", "-o", "p.age"]);
    const restore = (...args: string[]) => failing(at, ["keys", "restore", ...args, "-k", "new.key"]);
    expect(await restore("b.age", "-i", "other.key")).toEqual([
      5,
      "",
      expect.stringMatching(
        /^lacre: error: b.age: the backup is locked for another recovery key: it was tried with \w{8}$/,
      ),
    ]);
    expect((await restore("b.age"))[2]).toContain("locked for a recovery key");
    expect((await restore("p.age"))[2]).toContain("locked with a passphrase");
    at.write("wrong.txt", "another passphrase\n", 0o600);
    expect(await restore("p.age", "--passphrase-file", "wrong.txt")).toEqual([
      5,
      "",
      "lacre: error: p.age: the passphrase is not the one of this backup",
    ]);
    expect((await restore("p.age", "--passphrase-file", "pass.txt", "-i", "recovery.key"))[0]).toBe(2);
    at.write("cut.age", at.read("b.age").slice(0, -300));
    expect(await restore("cut.age", "-i", "recovery.key")).toEqual([
      6,
      "",
      "lacre: error: cut.age: the backup is cut or damaged",
    ]);
    expect((await restore("prod.keys", "-i", "recovery.key"))[2]).toContain("no age file");
    expect((await failing(at, ["keys", "restore", "b.age", "-i", "recovery.key"]))[2]).toContain("say where");
    expect(fs.existsSync(at.file("new.key"))).toBe(false);
    await must(at, ["keys", "restore", "p.age", "--passphrase-file", "pass.txt", "-k", "new.key"]);
    expect((await restore("b.age", "-i", "recovery.key"))[2]).toContain("new.key exists already");
    expect((await failing(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]))[2]).toContain(
      "exists already",
    );
    expect((await failing(at, ["keys", "backup", "-k", "prod.key", "-o", "c.age"]))[2]).toContain(
      "a backup has a lock",
    );
    const mixed = ["keys", "backup", "-k", "prod.key", "-r", recipient, "--passphrase-file", "pass.txt", "-o", "c.age"];
    expect((await failing(at, mixed))[2]).toContain("cannot be mixed");
  });

  it("a backup that lacks a key, or is of another cluster, does not pass for a good one", async () => {
    const at = await withStore();
    const recipient = (await must(at, ["keys", "recovery-key", "-o", "recovery.key"])).trim();
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]);
    await must(at, ["keys", "rotate", "-k", "prod.key"]);
    await publish(at);
    const verify = (list: string) =>
      failing(at, ["keys", "backup", "verify", "b.age", "-i", "recovery.key", "--against", list]);
    const fresh = keysOf(at)
      .find(({ state }) => state === "active")
      ?.keyId.slice(0, 8);
    expect(await verify("prod.keys")).toEqual([6, "", expect.stringContaining(`b.age lacks ${fresh} of prod.keys`)]);
    at.write("other.keys", await must(at, ["keys", "generate", "--cluster", "other", "-k", "other.key"]));
    expect(await verify("other.keys")).toEqual([
      6,
      "",
      expect.stringMatching(/is of the identity SHA256:.*signed by SHA256:/),
    ]);
  });

  it("with --require-backup a new key is sealed for once its backup exists, and restored as such", async () => {
    const at = await withStore();
    const recipient = (await must(at, ["keys", "recovery-key", "-o", "recovery.key"])).trim();
    await must(at, ["keys", "rotate", "-k", "prod.key", "--require-backup"]);
    expect(keysOf(at).map(({ state }) => state)).toEqual(["active", "pending"]);
    await publish(at);
    expect(await must(at, ["keys", "list", "prod.keys"])).not.toContain("pending");
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]);
    expect(keysOf(at).map(({ state }) => state)).toEqual(["decrypt-only", "active"]);
    await must(at, ["keys", "restore", "b.age", "-i", "recovery.key", "-k", "new.key"]);
    expect(at.read("new.key")).toMatch(/key: decrypt-only [\s\S]*key: active /);
  });

  it("shares of a recovery key: three of five restore, two do not", async () => {
    const at = await withStore();
    const made = await at.lacre(["keys", "recovery-key", "--shares", "5", "--threshold", "3", "-o", "shares"]);
    const recipient = made.stdout.trim();
    const shares = fs.readdirSync(at.file("shares")).map((name) => `shares/${name}`);
    expect(shares.map((name) => fs.statSync(at.file(name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600, 0o600]);
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]);
    const restore = (count: number) => [
      ...["keys", "restore", "b.age", "-k", "new.key"],
      ...shares.slice(5 - count).flatMap((name) => ["--share", name]),
    ];
    expect(await failing(at, await restore(2))).toEqual([
      6,
      "",
      expect.stringContaining("2 of the 3 shares that the recovery key"),
    ]);
    await must(at, await restore(3));
    expect(await must(at, ["open", "-k", "new.key", "secrets/db.yaml"])).toContain("alpha");
    expect((await failing(at, ["keys", "recovery-key", "--shares", "5", "-o", "x"]))[0]).toBe(2);
  });

  const age = ageDirectory();
  if (age === undefined && process.env["CI"] === "true") throw new Error(HOW_TO_GET_AGE);
  if (age === undefined) console.warn(HOW_TO_GET_AGE);

  it.runIf(age)("plain age opens a backup to the key store, and lacre reads what age-keygen and age make", async () => {
    const at = await withStore();
    at.sh(`${age}/age-keygen -pq -o keygen.key`);
    const recipient = at.sh(`${age}/age-keygen -y keygen.key`).stdout.trim();
    await must(at, ["keys", "backup", "-k", "prod.key", "-r", recipient, "-o", "b.age"]);
    const opened = at.sh(`${age}/age -d -i keygen.key b.age`);
    expect([opened.status, opened.stdout]).toEqual([0, at.read("prod.key")]);
    at.sh(`${age}/age -e -r ${recipient} -o by-age.age prod.key`);
    await must(at, ["keys", "restore", "by-age.age", "-i", "keygen.key", "-k", "new.key"]);
    // age asks for a passphrase on a terminal only.
    at.write("pass.txt", PASSPHRASE, 0o600);
    await must(at, ["keys", "backup", "-k", "prod.key", "--passphrase-file", "pass.txt", "-o", "p.age"]);
    at.sh(`(sleep 1; printf '${PASSPHRASE}\\r') | script -qec "${age}/age -d -o opened.txt p.age" /dev/null`);
    expect(at.read("opened.txt")).toBe(at.read("prod.key"));
  });
});

describe("what a bare public key gives up", () => {
  it("is said after the work, for a key that was named; a signed list needs no such words", async () => {
    const at = await (await withStore()).withKey("bare");
    at.write("a.yaml", secretYaml("a", { A: "x" }));
    expect((await at.lacre(["seal", "-r", "bare.pub", "a.yaml"])).isBareKeyTold).toBe(true);
    expect((await at.lacre(["seal", "-r", at.read("bare.pub").split("\n")[1] ?? "", "a.yaml"])).isBareKeyTold).toBe(
      true,
    );
    expect((await at.lacre(["seal", "-r", "prod.keys", "a.yaml"])).isBareKeyTold).toBe(false);
    expect((await at.lacre(["seal", "-r", "bare.pub", "missing.yaml"])).isBareKeyTold).toBe(false);
  });
});
