/** Git in the work trees of the user, with what fails in its own words: it names revisions that the user has typed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { shellWord } from "../../src/model/index.ts";
import { askGit, askGitNow, type Git, type GitAnswer, gitIn, withOptions } from "../../src/node/git.ts";
import type { CommandContext } from "../context.ts";
import { realPath } from "../files/real-path.ts";

/** The process as far as git needs it. */
type Context = Pick<CommandContext, "env" | "cwd">;

/** The directory with a .git that holds a directory. */
export function nearestRepository(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, ".git"))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/** Git in a directory. The index of a commit under way is that of the repository where the user is, and of no other. */
export function gitAt(context: Context, directory: string): Git {
  const isHere = nearestRepository(realPath(directory)) === nearestRepository(realPath(context.cwd));
  // Paths are names, never patterns.
  const git = withOptions(gitIn(directory, context.env, isHere ? "here" : "elsewhere"), "--literal-pathspecs");
  return isHere ? withOptions(git, ...namedRepository(context, directory)) : git;
}

/**
 * The repository that GIT_DIR names, where no .git above says which: with the work tree that somebody named too, or where the
 * directory is that of Git itself, as for the hooks of a server. A GIT_DIR alone may be left over from another repository.
 */
function namedRepository({ env, cwd }: Context, directory: string): readonly string[] {
  const { GIT_DIR: named, GIT_WORK_TREE: tree } = env;
  if (!named || nearestRepository(realPath(cwd)) !== undefined) return [];
  const gitDirectory = path.resolve(cwd, named);
  if (isBelow(realPath(gitDirectory), realPath(directory))) return [`--git-dir=${gitDirectory}`];
  if (!tree || !isBelow(realPath(path.resolve(cwd, tree)), realPath(directory))) return [];
  return [`--git-dir=${gitDirectory}`, `--work-tree=${path.resolve(cwd, tree)}`];
}

function isBelow(directory: string, file: string): boolean {
  return file === directory || file.startsWith(directory.endsWith(path.sep) ? directory : `${directory}${path.sep}`);
}

function unavailable(cause: Error | undefined): LacreError {
  return new LacreError("GIT_FAILED", "git cannot be run", { hint: "install git, or check PATH", cause });
}

/** How a git command ended. */
export type GitResult = { readonly status: number; readonly stdout: string };

/** Runs git and waits for it. GIT_FAILED when there is no git. */
export function runGit(git: Git, args: readonly string[]): GitResult {
  const answer = askGitNow(git, args);
  if (!answer.ok && answer.failure !== "ended") throw unavailable(answer.cause);
  return { status: answer.ok ? 0 : (answer.status ?? 1), stdout: answer.bytes.toString() };
}

function failure(command: string, { failure: why, complaint, cause }: GitAnswer & { readonly ok: false }): LacreError {
  if (why !== "ended") return unavailable(cause);
  return new LacreError("GIT_FAILED", `git ${command}: ${complaint.trim().split("\n")[0] ?? ""}`, {
    hint: "check the name of the revision; a shallow clone lacks older ones: git fetch --unshallow",
  });
}

/** The bytes that git writes, or GIT_FAILED. The command must not be told the user's own settings for listings. */
export async function gitBytes(git: Git, args: readonly string[], input?: string): Promise<Buffer> {
  const answer = await askGit(git, args, input);
  if (answer.ok) return answer.bytes;
  throw failure(args[0] ?? "", answer);
}

/** The root of the work tree that holds a directory, or undefined. Only a .git above it, or one that is named, costs a process. */
export function workTreeRoot(context: Context, directory: string): string | undefined {
  if (nearestRepository(directory) === undefined && namedRepository(context, directory).length === 0) return undefined;
  const { status, stdout } = runGit(gitAt(context, directory), ["rev-parse", "--show-toplevel"]);
  return status === 0 ? stdout.trimEnd() : undefined;
}

/** The repository where the user is: by the root of its work tree, or, where there is none, by the directory of Git. */
export type RepositoryHere = { readonly kind: "work tree" | "bare"; readonly root: string };

/** undefined outside of any. GIT_FAILED for one that Git does not trust, or cannot read: that is not none. */
export function repositoryHere(context: CommandContext): RepositoryHere | undefined {
  const root = workTreeRoot(context, context.cwd);
  if (root !== undefined) return { kind: "work tree", root };
  const at = nearestRepository(context.cwd) ?? bareAbove(context.cwd);
  // Where nothing looks like one, no git is needed.
  if (at === undefined) return undefined;
  const { status, stdout } = runGit(gitAt(context, context.cwd), ["rev-parse", "--absolute-git-dir"]);
  if (status === 0) return { kind: "bare", root: stdout.trimEnd() };
  const owner = fs.statSync(at).uid;
  if (context.uid !== undefined && owner !== context.uid)
    throw new LacreError("GIT_FAILED", "git does not trust this repository: it belongs to another user", {
      hint: `if you do: git config --global --add safe.directory ${shellWord(at)}`,
    });
  throw new LacreError("GIT_FAILED", "git cannot read this repository", { hint: "it says why: git status" });
}

/** Where Git's own directory is, by what each one has. */
function bareAbove(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (["HEAD", "objects", "refs"].every((name) => fs.existsSync(path.join(at, name)))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * The directory that all work trees of a repository share, where a directory is the root of one. Only a linked work tree or a
 * submodule costs a process.
 */
export function commonDirectoryOf(context: Context, root: string): string | undefined {
  const here = path.join(root, ".git");
  const found = fs.lstatSync(here, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return found && here;
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const { status, stdout } = runGit(gitAt(context, root), args);
  return status === 0 ? stdout.trimEnd() : here;
}

/** Which repository a directory lies in, and the root of its work tree; outside of any, the directory itself for both. */
export function repositoryAt(
  context: Context,
  directory: string,
): { readonly repository: string; readonly root: string } {
  const real = realPath(directory);
  for (let root = real; ; root = path.dirname(root)) {
    const repository = commonDirectoryOf(context, root);
    if (repository !== undefined) return { repository, root };
    if (root === path.dirname(root)) return { repository: real, root: real };
  }
}

/** The files below a directory of a work tree that Git tracks or would, each name ended by a NUL. */
export function listWorkTree(git: Git): Promise<Buffer> {
  return gitBytes(git, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
}
