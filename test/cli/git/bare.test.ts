/** Repositories without a work tree, or whose work tree lies elsewhere: judged on a server and by hand, or named in one line. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { Workspace } from "../../support/workspace.ts";

const PASSWORD = "password: Vq8tLw2ZrB7nXc4K\n";
const NO_TREE = "lacre: error: this is a repository without a work tree: ";

/** A server's repository and a clone that pushes to it. */
function server(hook?: string): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q", "--bare", "server.git");
  workspace.git("clone", "-q", "server.git", "clone");
  commit(workspace, "a.yaml", "replicas: 3\n");
  workspace.git("-C", "clone", "push", "-q", "origin", "main");
  if (hook !== undefined) workspace.write("server.git/hooks/pre-receive", `#!/bin/sh\n${hook}\n`, 0o755);
  return workspace;
}

function commit(workspace: Workspace, file: string, text: string): void {
  workspace.write(`clone/${file}`, text);
  workspace.git("-C", "clone", "add", file);
  workspace.git("-C", "clone", "commit", "-qm", file);
}

const push = (workspace: Workspace, what: string) => workspace.sh(`cd clone && git push origin ${what}`);
const BY_RANGE = "while read -r old new ref; do $LACRE verify --range $old..$new || exit 1; done";
const BY_PUSH = "$LACRE verify --quiet --pushed";

describe("a bare repository", () => {
  it.each([BY_RANGE, BY_PUSH])("judges in pre-receive what is still in quarantine: %s", (hook) => {
    const workspace = server(hook);
    commit(workspace, "b.yaml", "replicas: 4\n");
    expect(push(workspace, "main").status).toBe(0);
    commit(workspace, "c.yaml", PASSWORD);
    const refused = push(workspace, "main");
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("c.yaml:1")]);
    expect(workspace.git("-C", "server.git", "log", "--all", "--format=%s").stdout).toBe("b.yaml\na.yaml\n");
  });

  it("judges new branches, tags and deletions of one push, and is quiet when all are clean", () => {
    const workspace = server(BY_PUSH);
    workspace.git("-C", "clone", "branch", "old");
    const first = push(workspace, "old");
    expect([first.status, first.stderr]).toEqual([0, expect.not.stringContaining("remote:")]);
    commit(workspace, "b.yaml", "replicas: 4\n");
    workspace.git("-C", "clone", "tag", "-am", "v1", "v1");
    expect(push(workspace, ":old v1 main:new").status).toBe(0);
    workspace.git("-C", "clone", "checkout", "-qb", "leak");
    commit(workspace, "c.yaml", PASSWORD);
    expect(push(workspace, "main leak").stderr).toContain("c.yaml:1");
  });

  it("is judged by its history and by rules of a revision, from a directory below too", async () => {
    const workspace = server();
    commit(workspace, "c.yaml", PASSWORD);
    workspace.git("-C", "clone", "push", "-q", "origin", "main");
    for (const cwd of ["server.git", "server.git/refs"]) {
      const ran = await workspace.lacre(["verify", "--history", "--config-from", "main"], { cwd: workspace.file(cwd) });
      expect([ran.status, ran.stdout]).toEqual([3, expect.stringContaining("c.yaml:1")]);
    }
  });

  it("has no files and no index to judge, and nothing to set up: one line says so", async () => {
    const workspace = server();
    const cwd = workspace.file("server.git");
    for (const args of [["verify"], ["verify", "--staged"], ["init"], ["init", "--check"]]) {
      const ran = await workspace.lacre(args, { cwd });
      expect([ran.status, ran.stderr]).toEqual([8, expect.stringContaining(NO_TREE)]);
    }
    expect((await workspace.lacre(["doctor"], { cwd })).stdout).toContain(
      "repository: a repository without a work tree",
    );
  });
});

describe("a work tree whose repository is named by GIT_DIR and GIT_WORK_TREE", () => {
  it("is judged by its index and its history", async () => {
    const workspace = new Workspace();
    const env = { GIT_DIR: workspace.file("dotfiles"), GIT_WORK_TREE: workspace.file("people") };
    fs.mkdirSync(workspace.file("people/below"), { recursive: true });
    workspace.write("people/c.yaml", PASSWORD);
    workspace.sh("git init -q && cd people && git add c.yaml", { env });
    for (const cwd of ["people", "people/below"]) {
      const ran = await workspace.lacre(["verify", "--staged"], { env, cwd: workspace.file(cwd) });
      expect([ran.status, ran.stdout]).toEqual([3, expect.stringContaining("c.yaml:1")]);
    }
    const elsewhere = await workspace.lacre(["verify", "--staged"], { env });
    expect([elsewhere.status, elsewhere.stderr]).toEqual([8, expect.stringContaining("this is no Git repository")]);
  });
});

describe("a repository of another user", () => {
  it("is no repository that is missing: one line names safe.directory", () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    fs.chmodSync(workspace.path, 0o755);
    for (const args of [["verify"], ["verify", "--staged"], ["verify", "--history"], ["init", "--check"]]) {
      const ran = workspace.lacreProcess(args, { uid: 4242, env: { HOME: "/nonexistent" } });
      expect([ran.status, ran.stderr]).toEqual([
        8,
        `lacre: error: git does not trust this repository: it belongs to another user\nhint: if you do: git config --global --add safe.directory ${workspace.path}\n`,
      ]);
    }
  });
});

describe("no repository at all", () => {
  it("is judged without any git", async () => {
    const workspace = new Workspace();
    workspace.write("c.yaml", PASSWORD);
    expect((await workspace.lacre(["verify", "c.yaml"], { env: { PATH: "/nowhere" } })).status).toBe(3);
  });
});

describe("verify --pushed as a pre-push hook", () => {
  it("stops what a push would bring, whatever the hook that was there reads", async () => {
    const workspace = server();
    const cwd = workspace.file("clone");
    workspace.write("clone/.git/hooks/pre-push", "#!/bin/sh\ncat > seen\n", 0o755);
    expect(workspace.lacreProcess(["init", "--hook", "pre-push"], { cwd }).status).toBe(0);
    expect(workspace.lacreProcess(["init", "--check"], { cwd }).status).toBe(0);
    const fine = push(workspace, "main:other");
    expect([fine.status, workspace.read("clone/seen")]).toEqual([
      0,
      expect.stringMatching(/^refs\/heads\/main .* refs\/heads\/other 0+\n$/),
    ]);
    workspace.git("-C", "clone", "add", "-A");
    workspace.write("clone/c.yaml", PASSWORD);
    workspace.sh("cd clone && git add c.yaml && git commit --no-verify -qm c && git rm -q c.yaml && git commit -qm d");
    for (const branch of ["main", "main:new"]) {
      const refused = push(workspace, branch);
      expect([refused.status, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining("c.yaml:1")]);
    }
    const branches = workspace.git("-C", "server.git", "branch", "--format=%(refname:short)").stdout;
    expect(branches).toBe("main\nother\n");
  });

  it("refuses what no hook hands over, and what cannot be together", async () => {
    const workspace = server();
    const cwd = workspace.file("clone");
    expect((await workspace.lacre(["verify", "--pushed"], { cwd, input: "a b\n" })).status).toBe(2);
    expect((await workspace.lacre(["verify", "--pushed", "--staged"], { cwd })).status).toBe(2);
    expect((await workspace.lacre(["verify", "--pushed"], { cwd, input: "" })).status).toBe(0);
  });
});
