/** lacre as git starts it: as a hook, with the index of the commit under way, in linked work trees, as as textconv and from an alias. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const PASSWORD = "password: Vq8tLw2ZrB7nXc4K\n";
const HARMLESS = "replicas: 3\n";

/** A repository whose commits run a script. */
function repository(hook: string): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q", ".");
  workspace.write("sub/a.yaml", HARMLESS);
  workspace.write("b.yaml", HARMLESS);
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", "first");
  workspace.write(".git/hooks/pre-commit", `#!/bin/sh\n${hook}\n`, 0o755);
  return workspace;
}

const commit = (workspace: Workspace, line: string) => workspace.sh(line);
const count = (workspace: Workspace) => workspace.git("rev-list", "--count", "--all").stdout.trim();

describe("verify --staged as a pre-commit hook", () => {
  const HOOK = "$LACRE verify --staged";

  it("judges what git commit -a brings, which no other index holds", () => {
    const workspace = repository(HOOK);
    workspace.write("sub/a.yaml", PASSWORD);
    expect(commit(workspace, "git commit -qam x").stderr).toContain("sub/a.yaml:1");
    expect(count(workspace)).toBe("1");
  });

  it("judges what git commit PATH brings, and nothing else that is staged", () => {
    const workspace = repository(HOOK);
    workspace.write("sub/a.yaml", PASSWORD);
    workspace.write("b.yaml", "replicas: 4\n");
    workspace.git("add", "sub/a.yaml");
    expect(commit(workspace, "git commit -qm x b.yaml").status).toBe(0);
    expect(commit(workspace, "cd sub && git commit -qm x a.yaml").status).not.toBe(0);
    expect(count(workspace)).toBe("2");
  });

  it("judges an index that somebody named", () => {
    const workspace = repository(HOOK);
    workspace.write("b.yaml", PASSWORD);
    const line = `export GIT_INDEX_FILE=${workspace.file("other.index")}; git read-tree HEAD && git add b.yaml && git commit -qm x`;
    expect(commit(workspace, line).stderr).toContain("b.yaml:1");
    expect(count(workspace)).toBe("1");
  });

  it("judges the same from a directory below, where git names its index by a path from the root", () => {
    const workspace = repository("cd sub && $LACRE verify --staged");
    workspace.write("b.yaml", PASSWORD);
    workspace.git("add", "-A");
    expect(commit(workspace, "git commit -qm x").stderr).toContain("b.yaml:1");
    expect(commit(workspace, "git commit -qam x").stderr).toContain("b.yaml:1");
    expect(count(workspace)).toBe("1");
  });

  it("judges what is committed in a linked work tree, also from a directory below", () => {
    for (const hook of [HOOK, "cd sub && $LACRE verify --staged"]) {
      const workspace = repository(hook);
      workspace.git("worktree", "add", "-q", "linked");
      workspace.write("linked/b.yaml", PASSWORD);
      for (const how of ["-am x", "-m x b.yaml"]) {
        const ran = commit(workspace, `cd linked && git commit -q ${how}`);
        expect(ran.stderr).toContain("b.yaml:1");
      }
      expect(count(workspace)).toBe("1");
    }
  });

  it("lets a clean commit through in each of these ways", () => {
    const workspace = repository(HOOK);
    workspace.git("worktree", "add", "-q", "linked");
    let replicas = 4;
    for (const line of ["git commit -qam x", "git commit -qm x b.yaml", "cd linked && git commit -qam x"]) {
      replicas++;
      for (const file of ["b.yaml", "linked/b.yaml"]) workspace.write(file, `replicas: ${replicas}\n`);
      expect(commit(workspace, line)).toMatchObject({ status: 0, stderr: expect.stringMatching(/^clean: 1 file/) });
    }
  });
});

describe("lacre below another git", () => {
  it("is about the repository where it is started, whatever repository the other git names", () => {
    const workspace = repository("cd ../second && $LACRE verify --history");
    const first = workspace.file("first");
    fs.mkdirSync(first);
    for (const name of fs.readdirSync(workspace.path)) {
      if (!["first", ".home"].includes(name)) fs.renameSync(workspace.file(name), `${first}/${name}`);
    }
    workspace.git("-C", "first", "worktree", "add", "-q", "../linked");
    workspace.git("init", "-q", "second");
    workspace.write("second/c.yaml", PASSWORD);
    workspace.git("-C", "second", "add", "-A");
    workspace.git("-C", "second", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "x");
    workspace.write("linked/b.yaml", "replicas: 5\n");
    expect(commit(workspace, "cd linked && git commit -qam x").stderr).toContain("c.yaml:1");
  });

  it("keeps a key from a work tree whose own git takes it, though the commit of another one is under way", () => {
    const workspace = repository("cd keys && $LACRE keys generate --key-file prod.key >/dev/null");
    workspace.git("worktree", "add", "-q", "linked");
    workspace.git("init", "-q", "linked/keys");
    workspace.git("init", "-q", "keys");
    // What the other repository ignores says nothing about this one.
    workspace.write(".git/info/exclude", "prod.key\nkeys\n");
    workspace.write("linked/b.yaml", "replicas: 5\n");
    expect(commit(workspace, "cd linked && git commit -qam x").stderr).toContain(
      "prod.key would lie in a Git work tree and could be committed",
    );
  });

  it("reads names as names and objects as they are, whatever patterns and replacements the environment asks for", async () => {
    const workspace = repository("exit 0");
    workspace.write("b.yaml", PASSWORD);
    workspace.git("commit", "-qam", "x");
    const harmless = workspace.git("hash-object", "sub/a.yaml").stdout.trim();
    workspace.git("replace", workspace.git("rev-parse", "HEAD:b.yaml").stdout.trim(), harmless);
    const env = { GIT_ICASE_PATHSPECS: "1", GIT_TRACE: "1", GIT_EXTERNAL_DIFF: "false" };
    const ran = await workspace.lacre(["verify", "--range", "HEAD~1..HEAD", "b.yaml"], { env });
    expect(ran.status).toBe(3);
    expect(`${ran.stdout}${ran.stderr}`).toContain("b.yaml:1");
  });

  it("obeys what somebody set for all repositories by variables, as CI systems do", async () => {
    const workspace = repository("exit 0");
    workspace.write("b.yaml", PASSWORD);
    workspace.git("commit", "-qam", "x");
    const named = (directory: string) => ({
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: directory,
    });
    const asOther = { uid: 4242, env: { ...named(workspace.path), HOME: "/nonexistent" } };
    fs.chmodSync(workspace.path, 0o755);
    expect(workspace.lacreProcess(["verify", "--staged"], asOther).status).toBe(0);
    expect(
      workspace.lacreProcess(["verify", "--staged"], { ...asOther, env: { HOME: "/nonexistent" } }).status,
    ).not.toBe(0);
  });

  it("as textconv and from an alias is about the linked work tree that it is called in", async () => {
    const workspace = repository("exit 0");
    workspace.write(".gitignore", "*.key\n");
    await workspace.withKey();
    const sealed = await workspace.lacre(["seal", "--recipient", "prod.pub"], { input: secretYaml("s", { A: "one" }) });
    workspace.write("s.sealed.yaml", sealed.stdout);
    workspace.git("add", "s.sealed.yaml");
    workspace.git("commit", "-qm", "sealed");
    workspace.git("worktree", "add", "-q", "linked");
    workspace.sh('git config diff.lacre.textconv "$LACRE textconv"; git config alias.check "!$LACRE verify --staged"');
    workspace.write(".git/info/attributes", "*.sealed.yaml diff=lacre\n");
    expect(workspace.sh("cd linked && git log -p -1").stdout).toMatch(/sealed: <sealed .* to key /);
    workspace.write("linked/b.yaml", PASSWORD);
    workspace.git("-C", "linked", "add", "b.yaml");
    expect(workspace.sh("cd linked/sub && git check").stdout).toContain("b.yaml:1");
  });
});
