/** A Git source against people who may push some branch. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitSource } from "../../../controller/sources/git.ts";

describe("a git source", () => {
  let directory: string;
  const git = (...args: readonly string[]) => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    const ran = spawnSync("git", [...identity, ...args], { cwd: path.join(directory, "work"), encoding: "utf8" });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout.trim();
  };
  const commit = () => {
    git("commit", "-q", "--allow-empty", "-m", "x");
    git("push", "-q", "origin", "HEAD:refs/heads/main");
    return git("rev-parse", "HEAD");
  };
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-git-"));
    fs.mkdirSync(path.join(directory, "work"));
    git("init", "-q", "--bare", "-b", "main", "../origin.git");
    git("init", "-q", "-b", "main");
    git("remote", "add", "origin", "../origin.git");
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  it.each([["main"], [undefined]])("of %s is not frozen by a branch whose name ends like it", async (branch) => {
    const first = commit();
    const source = gitSource(process.env, path.join(directory, "origin.git"), branch, path.join(directory, "clone"));
    try {
      expect((await source.snapshot()).revision).toBe(first);
      for (const decoy of ["a/refs/heads/main", "HEAD", "0/HEAD"])
        git("push", "-q", "origin", `HEAD:refs/heads/${decoy}`);
      const second = commit();
      expect((await source.snapshot()).revision).toBe(second);
    } finally {
      source.close();
    }
  });
});

describe("a git source in a process that another git started", () => {
  it("lets nobody choose another repository, or a program for signatures, whatever the controller was started with", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-git-"));
    try {
      const git = (...args: readonly string[]) => spawnSync("git", args, { cwd: directory, encoding: "utf8" });
      git("init", "-q", "-b", "main", "origin");
      git("-C", "origin", "-c", "user.name=t", "-c", "user.email=t@x", "commit", "-qm", "x", "--allow-empty");
      git("init", "-q", "-b", "main", "victim");
      // A repository around the controller's directory: its configuration would send git elsewhere.
      git("init", "-q", "-b", "main", ".");
      git(
        "config",
        `url.file://${path.join(directory, "victim")}.insteadOf`,
        `file://${path.join(directory, "origin")}`,
      );
      const source = path.join(import.meta.dirname, "../../../controller/sources/git.ts");
      const script = `const { gitSource } = await import(${JSON.stringify(source)});
        const one = gitSource(process.env, "origin", "main", "clone");
        console.log((await one.snapshot()).revision);
        one.close();`;
      const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        timeout: 30_000,
        cwd: directory,
        encoding: "utf8",
        env: {
          ...process.env,
          GIT_DIR: path.join(directory, "victim/.git"),
          GIT_OBJECT_DIRECTORY: path.join(directory, "victim/.git/objects"),
        },
      });
      expect(ran.stdout.trim()).toBe(git("-C", "origin", "rev-parse", "HEAD").stdout.trim());
      expect(git("-C", "victim", "for-each-ref").stdout).toBe("");
      expect(git("-C", "victim", "count-objects").stdout).toMatch(/^0 objects/);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
});
