/** The system's git, run without a shell. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { realPath } from "../files/real-path.ts";

/** How a git command ended. */
export type GitResult = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs git in a directory and waits for it. GIT_FAILED when there is no git. */
export function git(cwd: string, args: readonly string[]): GitResult {
  const result = spawnSync("git", args, { cwd, encoding: "utf8", maxBuffer: 1 << 30 });
  if (result.error !== undefined) {
    throw new LacreError("GIT_FAILED", "git cannot be run", {
      hint: "install git, or check PATH",
      cause: result.error,
    });
  }
  return { status: result.status ?? 1, stdout: result.stdout, stderr: result.stderr };
}

/** The root of the work tree that holds a directory, or undefined. Only a .git above it costs a process. */
export function workTreeRoot(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, ".git"))) break;
    if (at === path.dirname(at)) return undefined;
  }
  const { status, stdout } = git(directory, ["rev-parse", "--show-toplevel"]);
  return status === 0 ? stdout.trimEnd() : undefined;
}

/**
 * The directory that all work trees of a repository share, where a directory is the root of one. Only a linked work tree or a
 * submodule costs a process.
 */
export function commonDirectoryOf(root: string): string | undefined {
  const here = path.join(root, ".git");
  const found = fs.lstatSync(here, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return found && here;
  const { status, stdout } = git(root, ["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  return status === 0 ? stdout.trimEnd() : here;
}

/** Which repository a directory lies in, and the root of its work tree; outside of any, the directory itself for both. */
export function repositoryAt(directory: string): { readonly repository: string; readonly root: string } {
  const real = realPath(directory);
  for (let root = real; ; root = path.dirname(root)) {
    const repository = commonDirectoryOf(root);
    if (repository !== undefined) return { repository, root };
    if (root === path.dirname(root)) return { repository: real, root: real };
  }
}
