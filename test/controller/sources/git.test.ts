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
    const source = gitSource(path.join(directory, "origin.git"), branch, path.join(directory, "clone"));
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
