/** Writing so that a reader sees the old file or the new one, whole, whatever interrupts us. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../errors.ts";

/** A file to write: an absolute path, its bytes, and the mode of a file that is new. */
export type PendingFile = { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number };

type Staged = { readonly temporary: string; readonly target: string; readonly descriptor: number };

const DEFAULT_MODE = 0o644;

/** A file that is made here, or none: what lies there already is not opened, and no link is followed. */
const MADE_HERE = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | (fs.constants.O_NOFOLLOW ?? 0);

/** Makes a file that was not there. What was opened is looked at again: its name may have led elsewhere. */
function openNew(file: string, mode: number): number {
  const descriptor = fs.openSync(file, MADE_HERE, mode);
  const stat = fs.fstatSync(descriptor);
  if (stat.isFile() && stat.nlink === 1 && stat.size === 0) return descriptor;
  fs.closeSync(descriptor);
  throw new LacreError("OUTPUT_FAILED", `${file} is not the file that was made`, {
    hint: `somebody else writes there: ls -ld ${path.dirname(file)}`,
  });
}

/** A name beside the target that nobody can guess, so that nobody can make it first. */
function temporaryOf(target: string): string {
  return path.join(
    path.dirname(target),
    `.${path.basename(target).slice(0, 200)}.${randomBytes(8).toString("hex")}.tmp`,
  );
}

/** An error of the file system while writing, in the words of the user. */
export function writeError(file: string, error: unknown): LacreError {
  if (error instanceof LacreError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "an unknown error";
  const hints: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full; the old file is untouched",
    EDQUOT: "your disk quota is used up; the old file is untouched",
    EFBIG: "it is over the size that this system allows; the old file is untouched",
    EACCES: `you may not write here: ls -ld ${path.dirname(file)}`,
    EPERM: `you may not write here: ls -ld ${path.dirname(file)}`,
    EROFS: "this file system is read-only",
    ENOENT: `there is no directory ${path.dirname(file)}`,
    ENOTDIR: `${path.dirname(file)} is not a directory`,
    EISDIR: "name a file, not a directory",
  };
  return new LacreError("OUTPUT_FAILED", `${file} cannot be written`, {
    hint: hints[code] ?? `the system says ${code}; the old file is untouched`,
    cause: error,
  });
}

/** The file a path leads to: a symbolic link is followed, so that it stays one. */
function finalTarget(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** Temporary files that are not renamed yet. Whatever ends the process takes them along. */
const unfinished = new Set<string>();

let isWatching = false;

function watchExit(): void {
  if (!isWatching) process.once("exit", removeUnfinished);
  isWatching = true;
}

function removeUnfinished(): void {
  for (const temporary of unfinished) fs.rmSync(temporary, { force: true });
}

/** True for a device, a pipe or a socket, also behind a link: a rename would put a file in its place, for everybody. */
function isSpecial(file: string): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile() && !stat.isDirectory();
}

function refuseSpecial(file: string): void {
  if (!isSpecial(file)) return;
  throw new LacreError("OUTPUT_FAILED", `${file} is a device or a pipe, and not a file`, {
    hint: "name a file; the old one is untouched",
  });
}

function stage(file: PendingFile): Staged {
  watchExit();
  const target = finalTarget(file.path);
  refuseSpecial(file.path);
  const mode = fs.statSync(target, { throwIfNoEntry: false })?.mode ?? file.mode ?? DEFAULT_MODE;
  const temporary = temporaryOf(target);
  const descriptor = openNew(temporary, mode & 0o777);
  unfinished.add(temporary);
  try {
    fs.writeFileSync(descriptor, file.content);
    // The umask may have taken bits that the old file had.
    if (fs.existsSync(target)) fs.fchmodSync(descriptor, mode & 0o777);
    return { temporary, target, descriptor };
  } catch (error) {
    fs.closeSync(descriptor);
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function finish({ temporary, target }: Staged): void {
  fs.renameSync(temporary, target);
  unfinished.delete(temporary);
}

function fsyncDirectory(directory: string): void {
  const descriptor = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(descriptor);
  } catch {
    // Some file systems cannot sync a directory; the rename itself is still atomic.
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Writes one file: temporary file, fsync, rename. The mode of an existing file is kept; a device or a pipe is written to. */
export function writeAtomic(file: PendingFile): void {
  try {
    if (isSpecial(file.path)) {
      fs.writeFileSync(file.path, file.content);
      return;
    }
    const staged = stage(file);
    try {
      fs.fsyncSync(staged.descriptor);
    } finally {
      fs.closeSync(staged.descriptor);
    }
    finish(staged);
    fsyncDirectory(path.dirname(staged.target));
  } catch (error) {
    throw writeError(file.path, error);
  }
}

function fsync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => fs.fsync(descriptor, (error) => (error ? reject(error) : resolve())));
}

const BATCH = 64;

/**
 * Writes many files. All of a batch are staged before the first is renamed, and their syncs run side by side: a file
 * system commits them together, and a full disk is noticed before anything changed.
 */
export async function writeAllAtomic(files: readonly PendingFile[], wrote: (count: number) => void): Promise<void> {
  const directories = new Set<string>();
  for (let start = 0; start < files.length; start += BATCH) {
    const staged = await stageBatch(files.slice(start, start + BATCH));
    for (const one of staged) {
      finish(one);
      directories.add(path.dirname(one.target));
    }
    wrote(Math.min(start + BATCH, files.length));
  }
  for (const directory of directories) fsyncDirectory(directory);
}

/** Step by step: where nothing can be made, as in /proc, mkdir with `recursive` never ends. */
export function makeDirectories(directory: string, mode = 0o777): void {
  if (fs.existsSync(directory)) return;
  makeDirectories(path.dirname(directory), mode);
  fs.mkdirSync(directory, { mode });
}

async function stageBatch(files: readonly PendingFile[]): Promise<readonly Staged[]> {
  const staged: Staged[] = [];
  let current = files[0]?.path ?? "";
  try {
    for (const file of files) {
      current = file.path;
      makeDirectories(path.dirname(file.path));
      staged.push(stage(file));
    }
    await Promise.all(staged.map(({ descriptor }) => fsync(descriptor)));
    return staged;
  } catch (error) {
    for (const { temporary } of staged) fs.rmSync(temporary, { force: true });
    throw writeError(current, error);
  } finally {
    for (const { descriptor } of staged) fs.closeSync(descriptor);
  }
}

/**
 * Writes a file of a program that runs alone, with a mode: a link in its place is replaced and not followed.
 * isNew: only where none is; the system's error otherwise.
 */
export function writeWhole(file: string, text: string, mode: number, isNew = false): void {
  refuseSpecial(file);
  const temporary = temporaryOf(file);
  const descriptor = openNew(temporary, mode & 0o700);
  watchExit();
  unfinished.add(temporary);
  try {
    try {
      fs.writeFileSync(descriptor, text);
      fs.fchmodSync(descriptor, mode);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    if (isNew) fs.linkSync(temporary, file);
    else fs.renameSync(temporary, file);
    fsyncDirectory(path.dirname(file));
  } finally {
    fs.rmSync(temporary, { force: true });
    unfinished.delete(temporary);
  }
}
