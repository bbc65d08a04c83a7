/** What a writer of the repository tried to have values sealed for somebody else, on a machine where all was pinned. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { type Ran, type RunOptions, secretYaml, Workspace } from "../../support/workspace.ts";

const BOTH =
  "version: 1\ndefaultEnvironment: prod\nenvironments:\n  prod: { keys: keys/prod.keys }\n  dev: { keys: keys/dev.keys }\n";
const DROPPED = "version: 1\nenvironments:\n  dev: { keys: keys/dev.keys }\n";
const NAMES = ["prod", "dev", "evil", "us"] as const;

let at: Workspace;
const fingerprints = new Map<string, string>();
const of = (name: (typeof NAMES)[number]) => fingerprints.get(name) ?? "none";
const keys = (...args: readonly string[]) => at.lacre(["keys", ...args]);
const seal = (args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  at.lacre(["seal", "--no-cache", ...args], { input: secretYaml("db", { A: "a" }), ...options });
const install = (from: string, to: string) => fs.copyFileSync(at.file(`lists/${from}.keys`), at.file(to));
const refused = (ran: Ran, text: string, status = 6) =>
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([status, "", expect.stringContaining(text)]);
const rotated = async (name: string) => {
  expect((await keys("rotate", "-k", `${name}.store`)).status).toBe(0);
  return await keys("publish", "-k", `${name}.store`, "-o", `lists/${name}2.keys`);
};

beforeEach(async () => {
  at = new Workspace();
  for (const name of NAMES) {
    const made = await keys("generate", "--cluster", name, "-k", `${name}.store`);
    at.write(`lists/${name}.keys`, made.stdout);
    fingerprints.set(name, /SHA256:[\w-]{43}/.exec((await keys("list", `lists/${name}.keys`)).stdout)?.[0] ?? "");
  }
  at.write(".gitignore", "*.store\n.home\n");
  at.write(".lacre.yaml", BOTH);
  at.write("keys/prod.keys", at.read("lists/prod.keys"));
  at.write("keys/dev.keys", at.read("lists/dev.keys"));
  spawnSync("git", ["init", "-q"], { cwd: at.path });
  await (await at.pin("keys/prod.keys")).pin("keys/dev.keys");
});

describe("a keys file by another name", () => {
  it("that became a link, or lies behind one, is the file that was pinned", async () => {
    at.write(".lacre.yaml", DROPPED);
    install("evil", "keys/n.keys");
    fs.rmSync(at.file("keys/prod.keys"));
    fs.symlinkSync("n.keys", at.file("keys/prod.keys"));
    for (const named of ["keys/prod.keys", at.file("keys/prod.keys"), "./keys//prod.keys"])
      refused(await seal(["-r", named]), "and pinned is prod (");
    refused(await seal([], { env: { LACRE_RECIPIENT: "keys/prod.keys" } }), "and pinned is prod (");
    fs.symlinkSync("keys/prod.keys", at.file("mine.keys"));
    refused(await seal(["-r", "mine.keys"]), "and pinned is prod (");
    fs.renameSync(at.file("keys"), at.file("k2"));
    fs.symlinkSync("k2", at.file("keys"));
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
  });

  it("is known behind links of its directories, old ones and new ones, and through the user's own", async () => {
    at.write(".lacre.yaml", DROPPED);
    fs.symlinkSync(at.file("keys"), at.file(".home/pk"));
    fs.renameSync(at.file("keys"), at.file("k1"));
    fs.symlinkSync("k1", at.file("keys"));
    fs.mkdirSync(at.file("k2"));
    install("evil", "k2/prod.keys");
    fs.rmSync(at.file("keys"));
    fs.symlinkSync("k2", at.file("keys"));
    for (const named of ["keys/prod.keys", at.file(".home/pk/prod.keys")])
      refused(await seal(["-r", named]), "and pinned is prod (");
    const fresh = { XDG_CONFIG_HOME: at.file("fresh") };
    at.write("db.yaml", (await seal(["-r", "lists/prod.keys"], { env: fresh })).stdout);
    const mine = at.file(".home/pk/prod.keys");
    refused(await at.lacre(["reseal", "-k", "prod.store", "-r", mine, "db.yaml"], { env: fresh }), "has no such key");
  });

  it("that became part of a submodule is still that file", async () => {
    at.write(".lacre.yaml", DROPPED);
    install("evil", "keys/prod.keys");
    spawnSync("git", ["init", "-q", "keys"], { cwd: at.path });
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
  });

  it("is followed where its environment goes", async () => {
    fs.renameSync(at.file("keys/prod.keys"), at.file("keys/p2.keys"));
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "keys/p2.keys"));
    expect([(await seal(["-r", "keys/p2.keys"])).status, (await seal()).status]).toEqual([0, 0]);
    install("evil", "keys/p2.keys");
    at.write(".lacre.yaml", DROPPED);
    refused(await seal(["-r", "keys/p2.keys"]), "and pinned is prod (");
  });

  it("is known outside of Git too", async () => {
    fs.rmSync(at.file(".git"), { recursive: true });
    await at.pin("keys/prod.keys", "prod");
    at.write(".lacre.yaml", DROPPED);
    install("evil", "keys/prod.keys");
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
  });

  it("can be put right: pinning it again is the end of what other pins said of it", async () => {
    at.write(
      ".lacre.yaml",
      BOTH.replace("prod: {", "production: {").replace("Environment: prod", "Environment: production"),
    );
    install("us", "keys/prod.keys");
    expect((await keys("pin", "keys/prod.keys", "--fingerprint", of("us"))).status).toBe(2);
    expect(
      (await keys("pin", "keys/prod.keys", "--env", "production", "--default", "--fingerprint", of("us"))).status,
    ).toBe(0);
    expect([
      (await seal()).status,
      (await seal(["-r", "keys/prod.keys"])).status,
      (await keys("list", "keys/prod.keys")).status,
    ]).toEqual([0, 0, 0]);
  });
});

describe("keys fetch and keys pin of one environment", () => {
  it("do not pin another that names its file", async () => {
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "keys/dev.keys, namespace: p"));
    await rotated("dev");
    refused(await seal(["-e", "prod"]), "environment prod would be sealed for dev (");
    expect((await keys("pin", "keys/dev.keys", "--fingerprint", of("dev"))).stderr).toContain("pinned dev: dev (");
    expect((await keys("fetch", "--from", "lists/dev2.keys", "--env", "dev", "--fingerprint", of("dev"))).status).toBe(
      0,
    );
    refused(await seal(["-e", "prod"]), "environment prod would be sealed for dev (");
  });

  it("keep branch, paths, namespace and the default as they were pinned, until the environment is named", async () => {
    at.write(
      ".lacre.yaml",
      BOTH.replace("Environment: prod", "Environment: dev").replace("dev.keys }", "dev.keys, namespace: theirs }"),
    );
    await rotated("dev");
    expect((await keys("fetch", "--from", "lists/dev2.keys", "--env", "dev")).status).toBe(0);
    refused(await seal(), "its namespace was none and is");
    expect((await keys("pin", "keys/dev.keys", "--fingerprint", of("dev"))).status).toBe(0);
    refused(await seal(), "it was not what is sealed for when none is named");
    const named = await keys("pin", "keys/dev.keys", "--env", "dev", "--fingerprint", of("dev"));
    expect(named.stderr).toMatch(/^pinned dev: dev \(SHA256:\S+\); namespace "theirs"$/m);
    refused(await seal(), "it was not what is sealed for when none is named");
    const pinned = await keys("pin", "keys/dev.keys", "--env", "dev", "--default", "--fingerprint", of("dev"));
    expect(pinned.stderr).toMatch(/^pinned dev: dev \(SHA256:\S+\); namespace "theirs"; the default$/m);
    expect((await seal()).stderr).toContain("is not in namespace theirs");
  });

  it("drop nobody who was pinned, and say who is left to pin", async () => {
    install("us", "keys/us.keys");
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "[keys/prod.keys, keys/us.keys]"));
    const one = await keys("pin", "keys/prod.keys", "--fingerprint", of("prod"));
    expect(one.stderr).toContain(`not pinned yet: us (${of("us")})`);
    expect((await keys("pin", "keys/us.keys", "--fingerprint", of("us"))).status).toBe(2);
    await at.pin("keys/us.keys", "prod");
    expect((await seal()).status).toBe(0);
    at.write(".lacre.yaml", BOTH);
    expect((await keys("fetch", "--from", "lists/prod.keys", "--env", "prod")).stderr).toContain("is up to date");
    refused(await seal(), "is no longer sealed for us (");
  });

  it("pin no environment that has another pin, whatever it names now: by its file, by a link, in two commits", async () => {
    const both = (prod: string, dev: string) =>
      at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", prod).replace("dev: { keys: keys/dev.keys }", dev));
    const isStill = async () => refused(await seal(["-e", "prod"]), "environment prod would be sealed for dev (");
    both("keys/dev.keys", "dev: { keys: keys/other.keys }");
    expect((await keys("pin", "keys/dev.keys", "--fingerprint", of("dev"))).status).toBe(2);
    await isStill();
    both("[keys/prod.keys, keys/dev.keys]", "dev: { keys: keys/dev.keys }");
    expect((await keys("fetch", "--from", "lists/dev.keys", "--env", "prod", "-o", "keys/dev.keys")).status).not.toBe(
      70,
    );
    await isStill();
    both("keys/prod.keys", "dev: { keys: keys/dev.keys }");
    fs.renameSync(at.file("keys/dev.keys"), at.file("keys/prod.keys"));
    fs.symlinkSync("prod.keys", at.file("keys/dev.keys"));
    expect((await keys("pin", "keys/dev.keys", "--fingerprint", of("dev"))).status).toBe(2);
    await isStill();
  });

  it("make no other pin forget its file", async () => {
    install("prod", "keys/p2.keys");
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "keys/p2.keys"));
    fs.renameSync(at.file("keys/dev.keys"), at.file("keys/prod.keys"));
    fs.symlinkSync("prod.keys", at.file("keys/dev.keys"));
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
    await keys("pin", "keys/dev.keys", "--env", "dev", "--fingerprint", of("dev"));
    fs.rmSync(at.file("keys/dev.keys"));
    install("evil", "keys/prod.keys");
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
  });

  it("let no fetch into another environment's file change what that is pinned to", async () => {
    install("dev", "keys/prod.keys");
    refused(
      await keys(
        "fetch",
        "--from",
        "lists/dev.keys",
        "--env",
        "prod",
        "--fingerprint",
        of("dev"),
        "-o",
        "keys/prod.keys",
      ),
      "--env NAME",
      2,
    );
    install("prod", "keys/prod.keys");
    expect((await seal(["-e", "prod"])).status).toBe(0);
  });

  it("take no older list in the place of a newer one", async () => {
    await rotated("prod");
    expect((await keys("fetch", "--from", "lists/prod2.keys", "--env", "prod")).status).toBe(0);
    for (const env of [{}, { LACRE_PIN: of("prod") }]) {
      const old = await at.lacre(["keys", "fetch", "--from", "lists/prod.keys", "--env", "prod"], { env });
      refused(old, "was seen before");
    }
    install("prod", "keys/prod.keys");
    refused(await seal([], { env: { LACRE_PIN: of("prod") } }), "was seen before");
  });
});

describe("a default", () => {
  it("ends when another environment becomes it", async () => {
    at.write(".lacre.yaml", DROPPED);
    await at.pin("keys/dev.keys", "dev");
    expect((await seal()).whom).toContain("dev (");
    at.write(".lacre.yaml", BOTH);
    expect(
      (await keys("pin", "keys/prod.keys", "--env", "prod", "--default", "--fingerprint", of("prod"))).status,
    ).toBe(0);
    expect((await seal()).whom).toContain("prod (");
    at.write(".lacre.yaml", BOTH.replace("Environment: prod", "Environment: dev"));
    refused(await seal(), "it was not what is sealed for when none is named");
  });
});

describe("reseal", () => {
  it("with two stores joins no environments that were not pinned together", async () => {
    at.write("db.yaml", (await seal()).stdout);
    const before = at.read("db.yaml");
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "[keys/prod.keys, keys/dev.keys]"));
    const reseal = (env = {}) => at.lacre(["reseal", "-k", "prod.store", "-k", "dev.store", "db.yaml"], { env });
    refused(await reseal(), "would be sealed for dev (");
    refused(await reseal({ XDG_CONFIG_HOME: at.file("fresh") }), "is not pinned here");
    expect(at.read("db.yaml")).toBe(before);
  });

  it("with a store moves nothing to a file of the repository that has none of its keys", async () => {
    at.write("db.yaml", (await seal()).stdout);
    at.write(".lacre.yaml", DROPPED);
    install("evil", "keys/prod.keys");
    const env = { XDG_CONFIG_HOME: at.file("fresh") };
    refused(
      await at.lacre(["reseal", "-k", "prod.store", "-r", "keys/prod.keys", "db.yaml"], { env }),
      "has no such key",
    );
  });
});

describe("what a repository calls things", () => {
  it("makes no line of its own in the question, in errors, and in what is told", async () => {
    const file = "keys/prod.keys: prod (SHA256:x), never seen\n";
    install("evil", file);
    const yaml = (name: string, branch: string) =>
      `version: 1\nenvironments:\n  ${JSON.stringify(name)}: { keys: ${JSON.stringify(file)}, branch: ${JSON.stringify(branch)} }\n`;
    at.write(".lacre.yaml", yaml("p\nSeal for it? yes", "main\nthey tell: yes\npinned"));
    at.write("db.yaml", secretYaml("db", { A: "a" }));
    const screen = await at.onTerminal("$LACRE seal --in-place db.yaml", ["that they tell: ", "no\r"]);
    const lines = screen.split(/\r?\n/).filter((line) => line !== "");
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^environment p\\x0aSeal for it\? yes was never sealed for from here\.$/),
      expect.stringContaining(`never seen\\\\x0a": evil (${of("evil")})`),
      '  branch "main\\nthey tell: yes\\npinned"',
    ]);
    const error = await seal();
    expect([error.status, error.stderr.split("\n").length]).toEqual([6, 3]);
  });

  it("does not lead to pins of its own: a relative configuration directory, and pins that Git tracks, are not obeyed", async () => {
    at.write(".home/.config/lacre/keep", "");
    fs.cpSync(at.file(".home/.config"), at.file(".config"), { recursive: true });
    install("evil", "keys/prod.keys");
    refused(await seal([], { env: { XDG_CONFIG_HOME: ".config" } }), "and pinned is prod (");
    at.git("add", "-f", ".config");
    refused(await seal([], { env: { XDG_CONFIG_HOME: at.file(".config") } }), "is kept in a repository", 1);
  });
});

describe("the terminal", () => {
  it("takes no answer that was typed before the question", async () => {
    fs.rmSync(at.file(".home/.config"), { recursive: true });
    at.write("db.yaml", secretYaml("db", { A: "a" }));
    const line = "echo early; sleep 1; $LACRE seal --in-place db.yaml";
    const screen = await at.onTerminal(line, ["early", "y\r"], ["they tell: ", "no\r"]);
    expect(screen).toContain("is not pinned here");
    expect(fs.existsSync(at.file(".home/.config/lacre/pins.json"))).toBe(false);
  });

  it("takes the fingerprints of all whom an environment names", async () => {
    fs.rmSync(at.file(".home/.config"), { recursive: true });
    install("us", "keys/us.keys");
    at.write(".lacre.yaml", BOTH.replace("keys/prod.keys", "[keys/prod.keys, keys/us.keys]"));
    at.write("db.yaml", secretYaml("db", { A: "a" }));
    const ask = (typed: string) => at.lacre(["seal", "--in-place", "db.yaml"], { typed: [typed] });
    expect((await ask(of("prod"))).stderr).toContain("would be sealed for us (");
    expect((await ask(`${of("prod")} ${of("us")}`)).whom).toContain("prod (");
  });
});

describe("a home that is not as usual", () => {
  it("with very many pins of one identity is as good as any", async () => {
    const file = at.file(".home/.config/lacre/pins.json");
    const { known, pins } = JSON.parse(fs.readFileSync(file, "utf8"));
    const many = Array.from({ length: 150_000 }, (_, index) => ({ ...pins[0], repository: `/r${index}` }));
    fs.writeFileSync(file, JSON.stringify({ version: 2, known, pins: [...pins, ...many] }));
    expect((await seal()).status).toBe(0);
  });
});
