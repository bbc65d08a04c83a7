/** Private key files, for both programs: read only when nobody else can read, swap or commit them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../errors.ts";
import { refuseUnsafeKeyFile } from "../keys/key-file.ts";
import { readError } from "./file-error.ts";
import { askGitNow, type Git, gitIn } from "./git.ts";
import type { ProcessEnvironment } from "./git-environment.ts";
import { sharedDirectory } from "./shared-directory.ts";

/** A key file that was read. stamp: what it looked like then; it differs once somebody wrote it. */
export type KeyFile = { readonly text: string; readonly stamp: string };

/** What git prints; undefined where it says no. */
function ask(git: Git, args: readonly string[]): string | undefined {
  const answer = askGitNow(git, args);
  if (answer.ok) return answer.bytes.toString();
  if (answer.failure === "ended") return undefined;
  throw new LacreError("GIT_FAILED", "git cannot be run, and only it knows whether a key could be committed", {
    hint: "install git, check PATH, or keep the key outside of the work tree",
    cause: answer.cause,
  });
}

/** Only a .git above it costs a process. */
function isBelowGit(directory: string): boolean {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, ".git"))) return true;
    if (at === path.dirname(at)) return false;
  }
}

/** The directory, or the nearest above it that is there: a file may be named before its directory is made. */
function existing(directory: string): string {
  return fs.existsSync(directory) ? directory : existing(path.dirname(directory));
}

/** True for an absolute path inside a Git work tree that does not ignore it. env: of the process, for git. GIT_FAILED where git cannot be run. */
export function isCommittable(file: string, env: ProcessEnvironment): boolean {
  const directory = existing(path.dirname(file));
  if (!isBelowGit(directory)) return false;
  // Not of a commit that may be under way: the key's work tree may be another one.
  const git = gitIn(directory, env, "elsewhere");
  if (ask(git, ["rev-parse", "--is-inside-work-tree"])?.trim() !== "true") return false;
  return ask(git, ["check-ignore", "--quiet", "--", file]) === undefined;
}

/**
 * Refuses a place for private keys whose directory, or one above it, others may write: what lies there is theirs to
 * replace, for reading as for writing. KEY_FILE_UNSAFE, in one line. The directory exists.
 */
export function refuseSharedKeyPlace(file: string, shown: string): void {
  const shared = sharedDirectory(path.dirname(file));
  if (shared === undefined) return;
  throw new LacreError("KEY_FILE_UNSAFE", `${shown} lies below ${shared.directory}, which ${shared.objection}`, {
    hint: `as for sshd, a group counts as others, also one's own: ${shared.remedy}; or keep keys elsewhere`,
  });
}

function openKeyFile(file: string, shown: string): number {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (error) {
    const isSymlink = (error as NodeJS.ErrnoException).code === "ELOOP";
    if (isSymlink)
      refuseUnsafeKeyFile(shown, { isSymlink, isRegular: false, isOwn: true, mode: 0, isCommittable: false });
    throw readError(shown, error);
  }
}

/** Of a file's status, what changes with it. No type of Node: whoever uses the library need not have its types. */
type Looks = { readonly ino: number; readonly ctimeMs: number; readonly size: number };

/** What a file looks like; it differs whenever somebody may have changed it. */
export function stampOf({ ino, ctimeMs, size }: Looks): string {
  return `${ino}.${ctimeMs}.${size}`;
}

/**
 * The text of a key file, once it is known to be safe; the checks are on the open file, which cannot be swapped.
 * KEY_FILE_UNSAFE, or an error of {@link readError}. env: of the process. shown: the file as the user named it.
 */
export function readKeyFile(named: string, env: ProcessEnvironment, shown: string = named): KeyFile {
  const file = path.resolve(named);
  const descriptor = openKeyFile(file, shown);
  try {
    const stat = fs.fstatSync(descriptor);
    refuseUnsafeKeyFile(shown, {
      isSymlink: false,
      isRegular: stat.isFile(),
      isOwn: stat.uid === process.getuid?.(),
      mode: stat.mode,
      isCommittable: isCommittable(file, env),
    });
    refuseSharedKeyPlace(file, shown);
    return { text: fs.readFileSync(descriptor, "utf8"), stamp: stampOf(stat) };
  } finally {
    fs.closeSync(descriptor);
  }
}
