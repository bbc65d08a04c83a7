/** init, doctor, completion and help: what a newcomer meets. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { testContext } from "../support/test-context.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const DIST = path.join(import.meta.dirname, "../../dist");

function repository(): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q");
  workspace.write(".git/info/exclude", ".home\n");
  return workspace;
}

describe("lacre init", () => {
  it("sets up a repository once: the second time changes no byte", async () => {
    const workspace = repository();
    expect(await workspace.lacre(["init", "--check"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("not set up: .lacre.yaml, keys/README.md"),
    });
    const integrity = `sha512-${"A".repeat(86)}==`;
    expect((await workspace.lacre(["init", "--ci", "github", "--integrity", integrity])).status).toBe(0);
    const names = [
      ".lacre.yaml",
      "keys/README.md",
      ".gitattributes",
      ".gitignore",
      ".git/hooks/pre-commit",
      ".git/config",
      ".github/workflows/lacre.yml",
    ];
    const before = names.map((name) => [workspace.read(name), fs.statSync(workspace.file(name)).ino]);
    expect((await workspace.lacre(["init", "--ci", "github"])).stderr).toContain("set up already");
    expect(names.map((name) => [workspace.read(name), fs.statSync(workspace.file(name)).ino])).toEqual(before);
    expect((await workspace.lacre(["init", "--check"])).status).toBe(0);
  });

  it("adds to what is there: attributes, ignore lines and a hook of somebody else", async () => {
    const workspace = repository();
    workspace.write(".gitattributes", "*.png binary");
    workspace.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine >> hook-ran\nexit 0\n", 0o755);
    await workspace.lacre(["init"]);
    expect(workspace.read(".gitattributes").startsWith("*.png binary\n*.yaml merge=lacre\n")).toBe(true);
    expect(workspace.read(".git/hooks/pre-commit").endsWith("echo mine >> hook-ran\nexit 0\n")).toBe(true);
    workspace.git("add", ".gitattributes");
    expect(workspace.git("commit", "-qm", "fine").status).toBe(0);
    expect(workspace.read("hook-ran")).toBe("mine\n");
  });

  it("writes a hook and drivers that sh runs from a program path with quotes, substitutions and hidden characters", () => {
    const workspace = repository();
    const away = new Workspace();
    const directory = away.file("it's $(touch ran) \u200d %A `touch ran`");
    fs.cpSync(DIST, directory, { recursive: true });
    const ran = spawnSync(process.execPath, [path.join(directory, "cli/main.cjs"), "init"], {
      cwd: workspace.path,
      env: { ...workspace.env, PATH: "/usr/bin:/bin" },
    });
    expect([ran.status, ran.stderr.toString()]).toEqual([0, expect.stringContaining("made pre-commit hook")]);
    workspace.write("s.yaml", secretYaml("s", { a: "Zq81xTe49vLKd7mW" }));
    workspace.git("add", "s.yaml");
    const commit = workspace.git("commit", "-qm", "s");
    expect([commit.status, commit.stdout + commit.stderr]).toEqual([1, expect.stringContaining("s.yaml:")]);
    expect(fs.existsSync(workspace.file("ran"))).toBe(false);
    const driver = workspace.git("config", "merge.lacre.driver").stdout;
    expect(driver).toContain(" %%A ");
  });

  it("refuses to write a hook for a program path with a control character, and makes nothing", () => {
    const workspace = repository();
    const away = new Workspace();
    const directory = away.file("a\u0001b\u001b[31m");
    fs.cpSync(DIST, directory, { recursive: true });
    const ran = spawnSync(process.execPath, [path.join(directory, "cli/main.cjs"), "init"], {
      cwd: workspace.path,
      env: { ...workspace.env, PATH: "/usr/bin:/bin" },
    });
    expect(ran.status).toBe(1);
    expect(ran.stderr.toString()).toMatch(
      /^lacre: error: no hook can run .*a\\x01b\\x1b\[31m.*: its path holds a control character$/m,
    );
    expect(fs.existsSync(workspace.file(".git/hooks/pre-commit"))).toBe(false);
    expect(fs.existsSync(workspace.file(".lacre.yaml"))).toBe(false);
  });

  it("installs a hook that stops a commit of a Secret in the clear, and lets the sealed one pass", async () => {
    const workspace = await repository().withKeyIn("keys");
    await workspace.lacre(["init"]);
    await workspace.pin("keys/prod.keys");
    workspace.write("db.yaml", secretYaml("db", { A: "hunter2" }));
    workspace.git("add", ".");
    const stopped = workspace.git("commit", "-qm", "oops");
    expect(stopped.status).not.toBe(0);
    expect(`${stopped.stdout}${stopped.stderr}`).toContain("fix: lacre seal --in-place db.yaml");
    expect((await workspace.lacre(["seal", "--in-place", "db.yaml"])).status).toBe(0);
    workspace.git("add", ".");
    expect(workspace.git("commit", "-qm", "sealed").status).toBe(0);
    expect(workspace.git("log", "-p").stdout).not.toContain("hunter2");
  });

  it("shows ages instead of tokens in git diff", async () => {
    const workspace = await repository().withKeyIn("keys");
    await workspace.lacre(["init"]);
    await workspace.pin("keys/prod.keys");
    workspace.write("db.sealed.yaml", secretYaml("db", { A: "hunter2" }));
    await workspace.lacre(["seal", "-i", "db.sealed.yaml"]);
    workspace.git("add", ".");
    workspace.git("commit", "-qm", "sealed");
    await workspace.lacre(["set", "db.sealed.yaml", "A"], { input: "new" });
    const diff = workspace.git("diff").stdout;
    expect(diff).toMatch(/-\s+sealed: <sealed .*\n\+\s+sealed: <sealed /);
    expect(diff).not.toContain("lacre1.");
  });

  it("outside a repository it says so", async () => {
    expect(await new Workspace().lacre(["init"])).toMatchObject({
      status: 8,
      stderr: "lacre: error: this is no Git repository\nhint: make one first: git init\n",
    });
  });
});

describe("lacre doctor", () => {
  it("tells engine, keys and what is missing, and fails only for what is wrong", async () => {
    const workspace = repository();
    const ran = await workspace.lacre(["doctor"]);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^ok {6}engine: Node 24\.\d+\.\d+, native\n/);
    expect(ran.stdout).toContain("advice  repository: not set up");
    await (await workspace.withKeyIn("keys")).lacre(["init"]);
    expect((await workspace.lacre(["doctor"])).stdout).toContain(
      "advice  public keys: environment prod is not pinned here",
    );
    await workspace.pin("keys/prod.keys");
    const after = await workspace.lacre(["doctor", "--json"], { env: { LACRE_KEY_FILE: "none.key" } });
    expect(after.status).toBe(1);
    const verdicts = Object.fromEntries(
      JSON.parse(after.stdout).map(({ name, verdict }: Record<string, string>) => [name, verdict]),
    );
    expect(verdicts).toMatchObject({
      configuration: "ok",
      "public keys": "ok",
      repository: "ok",
      "private keys": "failed",
    });
  });
});

describe("lacre completion", () => {
  it("bash completes commands, subcommands and options", async () => {
    const workspace = new Workspace();
    workspace.write("lacre.bash", (await workspace.lacre(["completion", "bash"])).stdout);
    const complete = (...words: readonly string[]) =>
      workspace
        .sh(
          `. ./lacre.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _lacre; echo "\${COMPREPLY[@]}"`,
        )
        .stdout.trim();
    expect(complete("lacre", "se")).toBe("seal set");
    expect(complete("lacre", "keys", "")).toBe(
      "generate public publish fetch list pin rotate compromised destroy backup restore recovery-key",
    );
    expect(complete("lacre", "keys", "generate", "--s")).toBe("--suite --signing");
    expect(complete("lacre", "seal", "file", "--in")).toBe("--in-place --input-format");
  });

  it("zsh and fish get scripts with every command", async () => {
    const workspace = new Workspace();
    for (const shell of ["zsh", "fish"])
      expect((await workspace.lacre(["completion", shell])).stdout).toContain("merge-driver");
  });
});

describe("help", async () => {
  const program = await createProgram(testContext({ cwd: "/" }).context, { status: 0 }, []);
  const paths = program.commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands.map((child) => [command.name(), child.name()]) : [[command.name()]],
  );

  it.each(paths)("lacre %s %s shows a description and an example, status 0", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const ran = await new Workspace().lacre([...args, "--help"]);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/^Usage: lacre [\s\S]*\nExample:\n {2}\S/);
  });

  it("lacre alone shows the help, an old Node one clear line", async () => {
    const workspace = new Workspace();
    expect(await workspace.lacre([])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: lacre/) });
    const old = workspace.sh(
      `node -e 'Object.defineProperty(process.versions, "node", { value: "20.20.2" }); process.argv.splice(1, 0, "lacre"); require("${process.cwd()}/dist/cli/main.cjs")'`,
    );
    expect([old.status, old.stderr]).toEqual([
      1,
      "lacre: error: this is Node 20.20.2, and lacre needs 22.19 or newer\nhint: install the current LTS of Node\n",
    ]);
  });
});
