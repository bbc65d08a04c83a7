/** The standalone controller as a process, on real directories and real Git. */
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type PassReport, parsePassReport } from "../../../src/model/index.ts";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const FROM_DIRECTORY = ["--source", "directory:src", "--target", "directory:out", "--key-file", "prod.key"];
const SIGNED = ["--source", "git:x", ...FROM_DIRECTORY.slice(2), "--allowed-signers", "signers"];
/** Passes without a pause worth naming, and no talk. */
const LOOPING = [...FROM_DIRECTORY, "--interval", "0.1", "--listen", "off", "--log-level", "silent"];

async function workspace(): Promise<Workspace> {
  const one = await new Workspace().withKey();
  fs.mkdirSync(one.file("src"));
  return one;
}

async function seal(
  one: Workspace,
  name: string,
  values: Readonly<Record<string, string>>,
  file = `src/${name}.yaml`,
): Promise<void> {
  one.write(file, secretYaml(name, values));
  const ran = await one.lacre(["seal", "-i", "-r", "prod.pub", file]);
  if (ran.status !== 0) throw new Error(ran.stderr);
}

function once(one: Workspace, args: readonly string[] = FROM_DIRECTORY): PassReport {
  const ran = one.controller([...args, "--once", "--log-level", "silent"]);
  const report = parsePassReport(ran.stdout);
  if (report === undefined) throw new Error(ran.stderr);
  expect(ran.status).toBe(report.status);
  return report;
}

const value = (one: Workspace, name: string, key: string) => one.read(`out/shop/${name}/${key}`);

describe("the directory target", () => {
  it("is laid out as Kubernetes projects a volume, with modes and links", async () => {
    const one = await workspace();
    await seal(one, "db", { PASSWORD: "hunter2", "tls.crt": "two\nlines\n" });
    expect(once(one)).toMatchObject({ written: ["shop/db"], problems: [], status: 0 });
    const directory = one.file("out/shop/db");
    expect(fs.readlinkSync(path.join(directory, "PASSWORD"))).toBe("..data/PASSWORD");
    expect(fs.readlinkSync(path.join(directory, "..data"))).toMatch(/^\.\.\d{4}_\d\d_\d\d_/);
    expect([value(one, "db", "PASSWORD"), value(one, "db", "tls.crt")]).toEqual(["hunter2", "two\nlines\n"]);
    const modes = ["out/shop/db", "out/shop/db/..data/", "out/shop/db/PASSWORD", "out/..lacre/inventory.json"].map(
      (name) => fs.statSync(one.file(name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o400, 0o600]);
  });

  it("does nothing in a second pass: not one file is touched", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "x", B: "y" });
    once(one);
    const times = () =>
      fs
        .readdirSync(one.file("out"), { recursive: true })
        .map((name) => [name, fs.lstatSync(one.file(`out/${name}`)).ctimeMs]);
    const before = times().filter(([name]) => !String(name).includes("lacre"));
    expect(once(one)).toMatchObject({ written: [], removed: [], unchanged: 1 });
    expect(times().filter(([name]) => !String(name).includes("lacre"))).toEqual(before);
  });

  it("a reader never sees values of two versions", async () => {
    const one = await workspace();
    const write = (version: number) => seal(one, "db", { A: `version-${version}`, B: `version-${version}` });
    await write(0);
    once(one);
    const mixed: string[] = [];
    const seen = new Set<string>();
    const reader = setInterval(() => {
      // Through one open directory, as a program reads a mounted Secret.
      const data = fs.realpathSync(one.file("out/shop/db/..data"));
      try {
        const [a, b] = ["A", "B"].map((key) => fs.readFileSync(path.join(data, key), "utf8"));
        seen.add(a ?? "");
        if (a !== b) mixed.push(`${a} ${b}`);
      } catch {
        // The generation went away between two reads; a program opens ..data again.
      }
    }, 1);
    const controller = one.startController(LOOPING);
    for (let version = 1; version <= 8; version++) {
      await write(version);
      await until(() => value(one, "db", "A") === `version-${version}`);
    }
    clearInterval(reader);
    controller.kill("SIGTERM");
    expect(mixed).toEqual([]);
    expect(seen.size).toBeGreaterThan(2);
  });

  const damages: readonly (readonly [string, (directory: string) => void])[] = [
    ["a value changed", (at) => replaceFile(`${at}/..data/A`)],
    [
      "a value changed in place with its time put back",
      (at) => {
        const file = `${at}/..data/A`;
        const { atime, mtime } = fs.statSync(file);
        fs.chmodSync(file, 0o600);
        fs.writeFileSync(file, "by hand!!!");
        fs.chmodSync(file, 0o400);
        fs.utimesSync(file, atime, mtime);
      },
    ],
    ["a value deleted", (at) => fs.rmSync(`${at}/..data/A`)],
    ["a key added", (at) => fs.writeFileSync(`${at}/..data/C`, "by hand")],
    ["a mode changed", (at) => fs.chmodSync(`${at}/..data/A`, 0o644)],
    ["a link removed", (at) => fs.rmSync(`${at}/A`)],
    ["a link replaced by a file", (at) => replaceFile(`${at}/A`)],
    ["..data removed", (at) => fs.rmSync(`${at}/..data`)],
    ["everything removed", (at) => fs.rmSync(at, { recursive: true })],
  ];
  it.each(damages)("puts right by the next pass: %s", async (_name, damage) => {
    const one = await workspace();
    await seal(one, "db", { A: "value-of-a", B: "value-of-b" });
    once(one);
    damage(one.file("out/shop/db"));
    expect(once(one)).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(fs.readdirSync(one.file("out/shop/db/..data/")).sort()).toEqual(["A", "B"]);
    expect([value(one, "db", "A"), fs.statSync(one.file("out/shop/db/A")).mode & 0o777]).toEqual(["value-of-a", 0o400]);
    expect(fs.lstatSync(one.file("out/shop/db/A")).isSymbolicLink()).toBe(true);
    expect(once(one)).toMatchObject({ written: [], unchanged: 1 });
  });

  it("updates, adds and removes keys with Git, and leaves no old generation", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "1", B: "2" });
    once(one);
    await seal(one, "db", { B: "two", C: "3" });
    expect(once(one).written).toEqual(["shop/db"]);
    expect(
      fs
        .readdirSync(one.file("out/shop/db"))
        .filter((name) => !name.startsWith(".."))
        .sort(),
    ).toEqual(["B", "C"]);
    expect(fs.readdirSync(one.file("out/shop/db")).filter((name) => /^\.\.\d/.test(name))).toHaveLength(1);
    expect(value(one, "db", "B")).toBe("two");
  });

  it("opens strict tokens only, unless a wider scope is accepted, and leaves what it wrote before", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "1" });
    once(one);
    for (const scope of ["namespace", "cluster"]) {
      one.write("src/db.yaml", secretYaml("db", { A: scope }));
      await one.lacre(["seal", "-i", "-r", "prod.pub", "--scope", scope, "src/db.yaml"]);
      const before = value(one, "db", "A");
      const refused = once(one);
      expect(refused).toMatchObject({
        written: [],
        removed: [],
        problems: [{ reason: "ScopeNotAccepted" }],
        status: 1,
      });
      expect(refused.problems[0]?.message).toContain(`or start the controller with --accept-scope ${scope}; the last`);
      expect(value(one, "db", "A")).toBe(before);
      expect((await one.lacre(["sync", ...FROM_DIRECTORY, "--accept-scope", scope])).status).toBe(0);
      expect(value(one, "db", "A")).toBe(scope);
    }
    expect(one.controller([...FROM_DIRECTORY, "--accept-scope", "every", "--once"]).status).toBe(2);
  });

  it("prunes what it wrote and Git no longer has, and nothing else", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "1" });
    await seal(one, "api", { A: "1" });
    once(one);
    one.write("out/shop/db/notes.txt", "mine");
    one.write("out/other/file", "mine");
    fs.rmSync(one.file("src/db.yaml"));
    expect(once(one)).toMatchObject({ removed: ["shop/db"], problems: [] });
    expect(fs.readdirSync(one.file("out/shop/db"))).toEqual(["notes.txt"]);
    expect(one.read("out/other/file")).toBe("mine");
    expect(value(one, "api", "A")).toBe("1");
    fs.rmSync(one.file("src/api.yaml"));
    expect(once(one).problems.map(({ reason }) => reason)).toEqual(["EmptySource"]);
    expect(value(one, "api", "A")).toBe("1");
    expect(once(one, [...FROM_DIRECTORY, "--allow-empty"]).removed).toEqual(["shop/api"]);
    expect(fs.existsSync(one.file("out/shop/api"))).toBe(false);
  });

  it("does not follow a link that leads out of the target", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "x" });
    fs.mkdirSync(one.file("elsewhere"));
    fs.mkdirSync(one.file("out"));
    fs.symlinkSync("../elsewhere", one.file("out/shop"));
    expect(once(one).problems).toMatchObject([{ reason: "WriteFailed" }]);
    expect(fs.readdirSync(one.file("elsewhere"))).toEqual([]);
  });
});

describe("a bad file", () => {
  it("keeps the last good state of its objects, is named, and does not hold up others", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "good" });
    await seal(one, "api", { A: "1" });
    once(one);
    const good = one.read("src/db.yaml");
    await seal(one, "api", { A: "2" });
    for (const [bad, reason, subject] of [
      [good.replace("entries:", "entries: ["), "UnreadableFile", "db.yaml"],
      [good.replace(/sealed: .{99}/, "sealed: "), "MalformedToken", "shop/db"],
      [good.replace("    A:", "    B:"), "WrongContext", "shop/db"],
      [good.replace("  namespace: shop\n", ""), "NamespaceMissing", "db.yaml"],
    ] as const) {
      one.write("src/db.yaml", bad);
      const report = once(one);
      expect(report.problems).toMatchObject([{ reason, subject }]);
      expect(report.problems[0]?.message).toContain("last good state stays");
      expect([value(one, "db", "A"), value(one, "api", "A")]).toEqual(["good", "2"]);
    }
    one.write("src/db.yaml", good);
    expect(once(one).problems).toEqual([]);
  });

  it("keeps an object that moved into a file that cannot be read, also after a restart, until it can be or is gone", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "good" });
    await seal(one, "api", { A: "1" });
    once(one);
    const good = one.read("src/db.yaml");
    fs.rmSync(one.file("src/db.yaml"));
    one.write("src/moved.yaml", good.replace("entries:", "entries: ["));
    for (let pass = 0; pass < 3; pass++) {
      const report = once(one);
      expect(report.problems.map(({ subject }) => subject).sort()).toEqual(["moved.yaml", "source"]);
      expect([report.removed, value(one, "db", "A")]).toEqual([[], "good"]);
    }
    one.write("src/moved.yaml", good);
    expect(once(one)).toMatchObject({ removed: [], problems: [] });
    fs.rmSync(one.file("src/moved.yaml"));
    one.write("src/other.yaml", "a: [");
    expect(once(one).removed).toEqual([]);
    fs.rmSync(one.file("src/other.yaml"));
    expect(once(one).removed).toEqual(["shop/db"]);
    // A file that was unreadable before hides nothing that goes now.
    one.write("src/template.yaml", "a: {{ .Values.a }}: [");
    once(one);
    fs.rmSync(one.file("src/api.yaml"));
    await seal(one, "last", { A: "2" });
    expect(once(one).removed).toEqual(["shop/api"]);
  });

  it("two files that claim one object: neither is applied, and both are named", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "first" });
    once(one);
    await seal(one, "db", { A: "second" }, "src/again.yaml");
    expect(once(one).problems).toMatchObject([
      { subject: "shop/db", reason: "Duplicate", message: expect.stringMatching(/again\.yaml and db\.yaml/) },
    ]);
    expect(value(one, "db", "A")).toBe("first");
  });

  it("a key that arrives later is picked up by the running controller", async () => {
    const one = await (await workspace()).withKey("late");
    one.write("src/db.yaml", secretYaml("db", { A: "x" }));
    await one.lacre(["seal", "-i", "-r", "late.pub", "src/db.yaml"]);
    fs.copyFileSync(one.file("prod.key"), one.file("all.key"));
    fs.chmodSync(one.file("all.key"), 0o600);
    const args = [
      "--source",
      "directory:src",
      "--target",
      "directory:out",
      "--key-file",
      "all.key",
      "--interval",
      "0.1",
      "--listen",
      "off",
    ];
    const controller = one.startController(args);
    const log = collect(controller.stderr);
    await until(() => log.text.includes("UnknownKey"));
    fs.appendFileSync(one.file("all.key"), one.read("late.key"));
    await until(() => fs.existsSync(one.file("out/shop/db/A")));
    await until(() => log.text.includes("problem solved"));
    controller.kill("SIGTERM");
    expect(log.text.split("UnknownKey").length - 1).toBe(2);
  });
});

describe("the Git source", () => {
  async function repository(): Promise<Workspace> {
    const one = await workspace();
    one.git("init", "-q", "--bare", "origin.git");
    one.git("clone", "-q", "origin.git", "src");
    return one;
  }
  const commit = (one: Workspace, message: string) => {
    one.git("-C", "src", "add", "-A");
    one.git("-C", "src", "commit", "-qm", message);
    const pushed = one.git("-C", "src", "push", "-q", "--force", "origin", "HEAD:main");
    if (pushed.status !== 0) throw new Error(pushed.stderr);
    return one.git("-C", "src", "rev-parse", "HEAD").stdout.trim();
  };
  const args = (one: Workspace) => [
    "--source",
    `git:${one.file("origin.git")}#main`,
    "--target",
    "directory:out",
    "--key-file",
    "prod.key",
  ];

  it("follows a branch, forced pushes too, and reports the commit", async () => {
    const one = await repository();
    await seal(one, "db", { A: "1" });
    const first = commit(one, "first");
    expect(once(one, args(one))).toMatchObject({ revision: first, written: ["shop/db"] });
    await seal(one, "db", { A: "2" });
    const second = commit(one, "second");
    expect(once(one, args(one))).toMatchObject({ revision: second, written: ["shop/db"] });
    expect(value(one, "db", "A")).toBe("2");
    one.git("-C", "src", "reset", "-q", "--hard", first);
    one.write("src/notes.md", "another history");
    const forced = commit(one, "forced");
    expect(once(one, args(one))).toMatchObject({ revision: forced, written: ["shop/db"] });
    expect(value(one, "db", "A")).toBe("1");
  });

  it("is shallow, ignores links and other files, and reads names with spaces, quotes and line breaks", async () => {
    const one = await repository();
    for (let i = 0; i < 5; i++) {
      await seal(one, "db", { A: String(i) }, `src/od"d na\nme ü.yaml`);
      commit(one, `commit ${i}`);
    }
    fs.symlinkSync("/etc/passwd", one.file("src/link.yaml"));
    one.write("src/readme.md", secretYaml("not-a-manifest", { A: "x" }));
    commit(one, "more");
    expect(once(one, args(one))).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(one.git("-C", "out/..lacre/git", "rev-list", "--count", "--all").stdout.trim()).toBe("1");
  });

  it("keeps what was written while the source is gone, and says so without the password in its URL", async () => {
    const one = await repository();
    await seal(one, "db", { A: "1" });
    commit(one, "first");
    const controller = one.startController([...args(one), "--interval", "0.1", "--listen", "off"]);
    const log = collect(controller.stderr);
    await until(() => fs.existsSync(one.file("out/shop/db/A")));
    fs.renameSync(one.file("origin.git"), one.file("gone.git"));
    await until(() => log.text.includes("SourceFailed"));
    expect(value(one, "db", "A")).toBe("1");
    fs.renameSync(one.file("gone.git"), one.file("origin.git"));
    await seal(one, "db", { A: "2" });
    commit(one, "second");
    await until(() => value(one, "db", "A") === "2");
    controller.kill("SIGTERM");
    const secret = one.controller([
      "--source",
      "git:http://ada:hunter2@127.0.0.1:9/x.git#main",
      "--target",
      "directory:out2",
      "--key-file",
      "prod.key",
      "--once",
    ]);
    expect([secret.status, `${secret.stdout}${secret.stderr}`.includes("hunter2")]).toEqual([8, false]);
  });
});

describe("a running controller", () => {
  it("goes on after kill -9 at any moment: every object whole, nothing that nobody owns", async () => {
    const one = await workspace();
    const names = Array.from({ length: 150 }, (_, index) => `s${index}`);
    one.write(
      "src/all.yaml",
      names.map((name) => secretYaml(name, { A: `of ${name}`, B: `of ${name}` })).join("---\n"),
    );
    await one.lacre(["seal", "-i", "-r", "prod.pub", "src/all.yaml"]);
    for (const delayMs of [150, 170, 190, 210, 240]) {
      const controller = one.startController(LOOPING);
      await sleep(delayMs);
      controller.kill("SIGKILL");
      await new Promise((resolve) => controller.once("exit", resolve));
      for (const name of fs.existsSync(one.file("out/shop")) ? fs.readdirSync(one.file("out/shop")) : []) {
        if (!fs.existsSync(one.file(`out/shop/${name}/..data`))) continue;
        // The links to the keys of a new object come after ..data: until then it is not there, and never half there.
        const values = ["A", "B"].map((key) => one.read(`out/shop/${name}/..data/${key}`));
        expect(values).toEqual([`of ${name}`, `of ${name}`]);
      }
    }
    expect(once(one)).toMatchObject({ problems: [], status: 0 });
    for (const name of names)
      expect([value(one, name, "A"), value(one, name, "B")]).toEqual([`of ${name}`, `of ${name}`]);
    fs.writeFileSync(one.file("src/all.yaml"), "");
    expect(once(one, [...FROM_DIRECTORY, "--allow-empty"]).removed).toHaveLength(150);
    expect(fs.readdirSync(one.file("out"))).toEqual(["..lacre"]);
  });

  it("answers health, readiness and metrics on loopback, and nothing else", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "hunter2hunter2" });
    const port = await freePort();
    const controller = one.startController([...FROM_DIRECTORY, "--interval", "0.1", "--listen", `127.0.0.1:${port}`]);
    const log = collect(controller.stderr);
    await until(() => log.text.includes("written"));
    const get = (where: string, method = "GET") => request(port, where, method);
    await until(() => fs.existsSync(one.file("out/shop/db/A")));
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    const metrics = await get("/metrics");
    expect(metrics.text).toMatch(/lacre_objects 1\n/);
    expect(metrics.text).toContain('lacre_writes_total{cause="created"} 1');
    for (const where of ["/", "/v1/verify", "/v1/open", "/../etc/passwd"]) expect((await get(where)).status).toBe(404);
    expect((await get("/healthz", "POST")).status).toBe(405);
    controller.kill("SIGTERM");
    const status = await new Promise((resolve) => controller.once("exit", resolve));
    expect(status).toBe(0);
    const lines = log.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "info", msg: "started", engine: "native" });
    expect(lines.at(-1)).toMatchObject({ msg: "stopped" });
    expect(`${log.text}${metrics.text}`).not.toContain("hunter2");
    expect(`${log.text}${metrics.text}`).not.toContain(one.read("prod.key").trim().slice(-20));
  });

  it("a full disk leaves the old values, is reported, and is made good when there is room", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "x".repeat(3000) });
    const script = `set -e; mkdir -p out; mount -t tmpfs -o size=100k tmpfs out
      C="${process.execPath} ${process.cwd()}/dist/controller/main.js ${FROM_DIRECTORY.join(" ")} --once --log-level silent"
      $C > first.json; cat out/shop/db/A > before
      cp new.yaml src/db.yaml; head -c 200000 /dev/zero > out/fill || true
      $C 2> line || echo status $?; truncate -s -8192 out/fill
      $C > full.json || true; cmp before out/shop/db/A && echo kept
      rm out/fill; $C > after.json; cat out/shop/db/A; ls -A out/shop/db | grep -c '^\\.\\.2'`;
    await seal(one, "db", { A: "y".repeat(30_000) }, "new.yaml");
    const ran = one.sh(`unshare -m bash -c '${script.replaceAll("'", `'"'"'`)}'`);
    expect(JSON.parse(one.read("full.json")).problems.map(({ reason }: { reason: string }) => reason)).toContain(
      "WriteFailed",
    );
    expect(ran.stdout).toBe(`status 8\nkept\n${"y".repeat(30_000)}1\n`);
    expect(one.read("line")).toMatch(
      /^lacre-controller: error: the state directory out\/..lacre cannot be written\nhint: .*\n$/,
    );
    expect(JSON.parse(one.read("after.json"))).toMatchObject({ written: ["shop/db"], problems: [] });
  });

  it("refuses a target that another controller keeps, and takes it over when that one is gone", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "x" });
    const controller = one.startController([...FROM_DIRECTORY, "--interval", "5", "--listen", "off"]);
    await until(() => fs.existsSync(one.file("out/shop/db/A")));
    const second = one.controller([...FROM_DIRECTORY, "--once"]);
    expect([second.status, second.stderr]).toEqual([
      7,
      expect.stringMatching(
        /^lacre-controller: error: another controller \(process \d+ on \S+\) keeps this target\nhint: stop it first\n$/,
      ),
    ]);
    controller.kill("SIGKILL");
    await new Promise((resolve) => controller.once("exit", resolve));
    expect(once(one)).toMatchObject({ status: 0 });
  });

  it("takes no inspector signal: SIGUSR1 opens no port onto the memory that holds the keys", async () => {
    const one = await workspace();
    const controller = one.startController([...FROM_DIRECTORY, "--interval", "5", "--listen", "off"]);
    const log = collect(controller.stderr);
    await until(() => log.text.includes("started"));
    controller.kill("SIGUSR1");
    await sleep(200);
    expect(log.text).not.toContain("Debugger");
    controller.kill("SIGTERM");
  });
});

describe("a wrong command line", () => {
  const lines: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[], 2, /--source is missing/],
    [["--source", "src"], 2, /--target is missing|neither directory/],
    [
      ["--source", "ftp:x", "--target", "directory:out", "--key-file", "prod.key"],
      2,
      /--source ftp:x is none of: directory:PATH, git:URL#BRANCH/,
    ],
    [
      ["--source", "directory:src", "--target", "s3:x", "--key-file", "prod.key"],
      2,
      /--target s3:x is none of: directory:PATH, --kubernetes/,
    ],
    [
      ["--source", "git:--upload-pack=x", "--target", "directory:out", "--key-file", "prod.key"],
      2,
      /cannot start with '-'/,
    ],
    [[...FROM_DIRECTORY, "--accept-commit", "0".repeat(40)], 2, /--accept-commit goes with --allowed-signers/],
    [[...SIGNED, "--accept-commit", "abc123"], 2, /--accept-commit takes a whole commit id/],
    [[...SIGNED, "--accept-commit", "main"], 2, /--accept-commit takes a whole commit id/],
    [[...SIGNED, "--accept-commit", "A".repeat(40)], 2, /--accept-commit takes a whole commit id/],
    [[...FROM_DIRECTORY, "--interval", "soon"], 2, /--interval must be/],
    [[...FROM_DIRECTORY, "--file-mode", "0777"], 2, /--file-mode must be one of/],
    [[...FROM_DIRECTORY, "--frobnicate"], 2, /'--frobnicate'/],
    [[...FROM_DIRECTORY.slice(0, 4), "--key-file", "none.key"], 1, /none\.key: no such file/],
    [[...FROM_DIRECTORY.slice(0, 4), "--key-file", "prod.pub"], 1, /prod\.pub/],
    [["--source", "directory:none", ...FROM_DIRECTORY.slice(2), "--once"], 8, /^$/],
  ];
  it.each(lines)("is answered with its exit status and the mistake: %j", async (args, status, message) => {
    const ran = (await workspace()).controller(args.includes("--once") ? [...args, "--log-level", "silent"] : args);
    expect([ran.status, ran.stderr.split("\n")[0]]).toEqual([status, expect.stringMatching(message)]);
  });

  it("lacre sync is the same code, once, told to people", async () => {
    const one = await workspace();
    await seal(one, "db", { A: "x" });
    const ran = await one.lacre(["sync", ...FROM_DIRECTORY]);
    expect([ran.status, ran.stdout]).toEqual([0, "+ shop/db\n1 written, 0 removed, 0 unchanged, 0 problems (src)\n"]);
    one.write("src/bad.yaml", "a: [\n");
    const bad = await one.lacre(["sync", ...FROM_DIRECTORY]);
    expect([bad.status, bad.stderr]).toEqual([
      1,
      expect.stringMatching(/^lacre: bad\.yaml: bad\.yaml:\d+:\d+: .*stays\n$/),
    ]);
    expect((await one.lacre(["sync", "--source", "directory:src", "--target", "directory:out"])).status).toBe(5);
  });
});

function replaceFile(file: string): void {
  fs.rmSync(file);
  fs.writeFileSync(file, "by hand");
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error("it did not come true in time");
    await sleep(10);
  }
}

function collect(stream: NodeJS.ReadableStream | null): { text: string } {
  const collected = { text: "" };
  stream?.on("data", (chunk: Buffer) => {
    collected.text += chunk.toString();
  });
  return collected;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function request(port: number, where: string, method: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ port, host: "127.0.0.1", path: where, method }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    sent.on("error", reject).end();
  });
}

describe("the log", () => {
  it("shows nothing that a terminal obeys, whatever a file in the source is called", async () => {
    const one = await workspace();
    const name = "a\u001b[2J\u202eb\u009bc\u2028d\u200be.yaml";
    one.write(`src/${name}`, "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: { name: a\n");
    const ran = one.controller([...FROM_DIRECTORY, "--once"]);
    for (const text of [ran.stderr, ran.stdout]) {
      expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      for (const line of text.trim().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
    }
    expect(ran.stderr).toContain("\\u202eb\\u009bc");
    const { problems } = JSON.parse(ran.stdout) as PassReport;
    expect(JSON.stringify(problems)).toContain("\u202e");
  });
});
