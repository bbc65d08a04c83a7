/** What runs in CI and in hooks, really run: in a work tree that does what it can to be called clean. */
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { INSTALL, OUTSIDE } from "../../../cli/repository/ci-steps.ts";
import { VERSION } from "../../../src/version.ts";
import { type Registry, sriOf, startRegistry } from "../../support/registry.ts";
import { Workspace } from "../../support/workspace.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const IMAGE = `node@sha256:${"a".repeat(64)}`;
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

let folder: string;
let tarball: Buffer;
let registry: Registry;
let swapped: Registry;
/** The one that the work tree names. */
let elsewhere: Registry;

/** A package that says "clean" and leaves a trace, also when it is only installed. */
function packHostile(): Buffer {
  const source = path.join(folder, "hostile");
  fs.mkdirSync(path.join(source, "dist/cli"), { recursive: true });
  const trace = path.join(folder, "swapped-ran");
  const run = `#!/usr/bin/env node\nrequire("node:fs").writeFileSync(${JSON.stringify(trace)}, "");\nconsole.log("clean");\n`;
  fs.writeFileSync(path.join(source, "dist/cli/main.cjs"), run);
  const scripts = { preinstall: "node dist/cli/main.cjs", postinstall: "node dist/cli/main.cjs" };
  const manifest = { name: "lacre", version: VERSION, bin: { lacre: "dist/cli/main.cjs" }, scripts };
  fs.writeFileSync(path.join(source, "package.json"), JSON.stringify(manifest));
  return pack(source);
}

function pack(source: string): Buffer {
  const to = fs.mkdtempSync(path.join(folder, "packed-"));
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", to], { cwd: source });
  return fs.readFileSync(path.join(to, `lacre-${VERSION}.tgz`));
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-steps-"));
  tarball = pack(ROOT);
  const hostile = packHostile();
  registry = await startRegistry("lacre", VERSION, tarball);
  swapped = await startRegistry("lacre", VERSION, hostile);
  elsewhere = await startRegistry("lacre", VERSION, hostile);
});
afterAll(async () => {
  for (const one of [registry, swapped, elsewhere]) await one?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

type System = "github" | "gitlab" | "jenkins" | "generic" | "action" | "pre-commit";
const SYSTEMS: readonly System[] = ["github", "gitlab", "jenkins", "generic", "action", "pre-commit"];

/** The shell that a system is given, for a package with this hash, and the environment that the system adds. */
async function stepOf(
  system: System,
  integrity: string,
): Promise<{ readonly script: string; readonly env: Record<string, string> }> {
  if (system === "action") {
    const [step] = parse(read("action.yml")).runs.steps;
    const inputs = { RANGE: "", SARIF: "", CONFIG: "", LACRE_VERSION: VERSION, LACRE_INTEGRITY: integrity };
    expect(Object.keys(step.env)).toEqual(Object.keys(inputs));
    return { script: step.run, env: inputs };
  }
  if (system === "pre-commit") {
    const hook = path.join(fs.mkdtempSync(path.join(folder, "hook-")), "pre-commit.sh");
    fs.copyFileSync(path.join(ROOT, parse(read(".pre-commit-hooks.yaml"))[0].entry), hook);
    return { script: `exec ${hook} --integrity "${integrity}" .`, env: {} };
  }
  const made = new Workspace();
  made.git("init", "-q");
  const ran = await made.lacre(["init", "--ci", system, "--integrity", integrity, "--image", IMAGE]);
  expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining("made ")]);
  switch (system) {
    case "github": {
      const { steps } = parse(made.read(".github/workflows/lacre.yml")).jobs.verify;
      for (const { uses } of steps) expect(uses ?? "x@".padEnd(42, "0")).toMatch(/@[0-9a-f]{40}$/);
      return { script: steps.at(-1).run, env: { BASE: "" } };
    }
    case "gitlab": {
      const job = parse(made.read(".gitlab/lacre.yml"))["lacre-verify"];
      expect(job.image).toBe(IMAGE);
      return { script: job.script[0], env: {} };
    }
    case "jenkins": {
      const [, script = ""] = made.read("ci/lacre.Jenkinsfile").split("'''");
      return { script, env: {} };
    }
    case "generic":
      return { script: made.read("ci/lacre-verify.sh"), env: {} };
  }
}

/** A work tree with a program of its own under every name that is called, and settings that would have it run. */
function hostileTree(): Workspace {
  const tree = new Workspace();
  const trace = `#!/bin/sh\ntouch "${tree.file("ran")}"\necho "clean: 1 file"\n`;
  const names = ["lacre", "node", "npm", "npx", "git", "sh", "env", "mktemp", "dirname", "tr", "mv", "rm"];
  for (const name of names) tree.write(`node_modules/.bin/${name}`, trace, 0o755);
  const main = `require("node:fs").writeFileSync(${JSON.stringify(tree.file("ran"))}, "");\n`;
  tree.write("evil.js", main);
  tree.write("node_modules/lacre/main.js", main);
  const own = { name: "lacre", version: VERSION, bin: { lacre: "main.js" } };
  tree.write("node_modules/lacre/package.json", JSON.stringify(own));
  tree.write(
    "package.json",
    JSON.stringify({ ...own, main: "evil.js", scripts: { preinstall: "node evil.js", prepack: "node evil.js" } }),
  );
  tree.write(
    ".npmrc",
    `registry=${elsewhere.url}\nscript-shell=${tree.file("node_modules/.bin/lacre")}\nnode-options=--require ${tree.file("evil.js")}\n`,
  );
  tree.git("init", "-q");
  tree.git("add", "-A", "--", "node_modules", ".npmrc", "package.json", "evil.js");
  tree.git("commit", "-qm", "hostile");
  return tree;
}

function cleanTree(): Workspace {
  const tree = new Workspace();
  tree.write("a.txt", "nothing\n");
  tree.git("init", "-q");
  tree.git("add", "a.txt");
  tree.git("commit", "-qm", "clean");
  return tree;
}

type Ended = { readonly status: number | null; readonly output: string };

/** Runs a step as its system would, with a PATH that leads into the work tree first. */
async function run(tree: Workspace, system: System, integrity: string, from: Registry): Promise<Ended> {
  const { script, env } = await stepOf(system, integrity);
  const shell = system === "github" || system === "action" ? ["/bin/bash", "-eo", "pipefail"] : ["/bin/sh", "-e"];
  const [command = "", ...flags] = shell;
  const before = ["", ".", "node_modules/.bin", tree.file("node_modules/.bin"), path.dirname(process.execPath)];
  const child = spawn(command, [...flags, "-c", script], {
    cwd: tree.path,
    env: {
      ...tree.env,
      // As some set-ups have it: then the .npmrc of the work tree is that of the user too.
      HOME: tree.path,
      TMPDIR: folder,
      npm_config_registry: from.url,
      ...env,
      PATH: [...before, process.env["PATH"]].join(":"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}

describe.each(SYSTEMS)("the step for %s", (system) => {
  it("runs the package with the hash that it names, and nothing of a hostile work tree, which it finds", async () => {
    const tree = hostileTree();
    const { status, output } = await run(tree, system, sriOf(tarball), registry);
    const told = system === "gitlab" || system === "jenkins" ? output + tree.read("lacre.xml") : output;
    expect([status, told]).toEqual([3, expect.stringContaining("tracked-program")]);
    expect(told).toContain("registry-moved");
    expect(fs.existsSync(tree.file("ran"))).toBe(false);
    expect(elsewhere.asked).toEqual([]);
  });

  it("passes a clean work tree, and leaves nothing behind in the temporary directory", async () => {
    const tree = cleanTree();
    const before = fs.readdirSync(folder).filter((name) => name.startsWith("lacre."));
    const { status, output } = await run(tree, system, sriOf(tarball), registry);
    expect([status, output]).toEqual([0, expect.any(String)]);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("lacre."))).toEqual(before);
  });

  it("refuses another package under the same name, and one without a hash, before anything of it runs", async () => {
    const tree = cleanTree();
    const { status, output } = await run(tree, system, sriOf(tarball), swapped);
    expect([status, output]).toEqual([1, expect.stringContaining("LACRE_INTEGRITY is sha512-")]);
    if (system === "action" || system === "pre-commit")
      expect((await run(tree, system, "", swapped)).output).toContain("LACRE_INTEGRITY is empty");
    expect(fs.existsSync(path.join(folder, "swapped-ran"))).toBe(false);
  });
});

describe("the lines that install", () => {
  it("are the same in the action, the hook and the steps", () => {
    const trimmed = (text: string) => text.replace(/^ +/gm, "");
    const texts = [parse(read("action.yml")).runs.steps[0].run, read("deploy/pre-commit.sh")].map(trimmed);
    for (const text of texts) for (const lines of [OUTSIDE, INSTALL]) expect(text).toContain(trimmed(lines));
    for (const text of texts) expect(text.indexOf("tree=$(pwd -P)")).toBeLessThan(text.search(/\$\((?!pwd)/));
    for (const file of ["deploy/pre-commit.sh", "action.yml"]) expect(read(file)).toContain(VERSION);
  });

  it("end before they install where the temporary directory lies in the work tree", async () => {
    const tree = cleanTree();
    const script = `TMPDIR=$PWD\nset -eu\n${OUTSIDE}${INSTALL}`;
    const ran = tree.sh(script);
    expect([ran.status, ran.stderr]).toEqual([1, "lacre: error: TMPDIR lies in the work tree\n"]);
  });

  it("ask the network once for pre-commit: the next commit needs none", async () => {
    const tree = cleanTree();
    const { script } = await stepOf("pre-commit", sriOf(tarball));
    const env = { PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}`, HOME: tree.file(".home") };
    const once = (url: string) =>
      new Promise<number | null>((resolve) =>
        spawn("/bin/sh", ["-c", script], { cwd: tree.path, env: { ...env, npm_config_registry: url } }).once(
          "close",
          resolve,
        ),
      );
    expect(await once(registry.url)).toBe(0);
    const asked = registry.asked.length;
    expect(await once(swapped.url)).toBe(0);
    expect(registry.asked.length).toBe(asked);
  });
});

describe("lacre init --ci", () => {
  const repository = () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    return workspace;
  };

  it("takes the hash from npm's own record of the installation that runs", () => {
    const workspace = repository();
    const away = new Workspace();
    away.write("lacre.tgz", tarball);
    away.write("package.json", "{}");
    execFileSync("npm", ["install", "--silent", "--offline", "--ignore-scripts", "./lacre.tgz"], { cwd: away.path });
    const main = away.file("node_modules/lacre/dist/cli/main.cjs");
    const ran = workspace.sh(`"${process.execPath}" "${main}" init --ci generic`);
    expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining("made ci/lacre-verify.sh")]);
    expect(workspace.read("ci/lacre-verify.sh")).toContain(`LACRE_INTEGRITY=${sriOf(tarball)}\n`);
  });

  it("refuses without a hash or an image by digest, makes nothing, and says where they come from", async () => {
    const workspace = repository();
    const none = await workspace.lacre(["init", "--ci", "github"]);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("hint: give it: --integrity sha512-...")]);
    for (const [args, what] of [
      [["--ci", "github", "--integrity", "sha1-abc"], "SRI hash"],
      [["--ci", "gitlab", "--integrity", sriOf(tarball)], "by its digest"],
      [["--ci", "gitlab", "--integrity", sriOf(tarball), "--image", "node:24"], "by its digest"],
      [["--integrity", sriOf(tarball)], "for a CI step"],
    ] as const)
      expect(await workspace.lacre(["init", ...args])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(what),
      });
    expect(fs.existsSync(workspace.file(".lacre.yaml"))).toBe(false);
  });

  it("writes no hook that runs a lacre or a Node of any work tree of the repository", () => {
    const workspace = repository();
    fs.cpSync(path.join(ROOT, "dist"), workspace.file("tools/dist"), { recursive: true });
    const main = workspace.file("tools/dist/cli/main.cjs");
    const ran = workspace.sh(`"${process.execPath}" "${main}" init`);
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("lies in the work tree")]);
    expect(fs.existsSync(workspace.file(".git/hooks/pre-commit"))).toBe(false);
    workspace.write("a.txt", "a");
    workspace.git("add", "a.txt");
    workspace.git("commit", "-qm", "a");
    const second = new Workspace();
    workspace.git("worktree", "add", "-q", second.file("tree"));
    expect(workspace.sh(`"${process.execPath}" "${main}" init`, { cwd: second.file("tree") }).status).toBe(1);
    const away = new Workspace();
    fs.symlinkSync(main, away.file("lacre"));
    expect(workspace.sh(`"${process.execPath}" "${away.file("lacre")}" init`).status).toBe(1);
  });

  it("writes a hook that calls by absolute path, whatever the PATH leads to", async () => {
    const workspace = repository();
    await workspace.lacre(["init"]);
    workspace.write("node_modules/.bin/lacre", `#!/bin/sh\ntouch "${workspace.file("ran")}"\n`, 0o755);
    workspace.write("a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {A: hunter2}\n");
    workspace.git("add", "a.yaml");
    const ran = workspace.sh(`PATH="$PWD/node_modules/.bin:$PATH" git commit -qm a`);
    expect([ran.status, ran.stdout + ran.stderr]).toEqual([1, expect.stringContaining("kubernetes-secret-plaintext")]);
    expect(fs.existsSync(workspace.file("ran"))).toBe(false);
  });
});
