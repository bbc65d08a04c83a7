/** Writing so that a reader sees the old file or the new one, whole, whatever interrupts us. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/index.ts";

/** A file to write: an absolute path, its bytes, and the mode of a file that is new. */
export type PendingFile = { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number };

type Staged = { readonly temporary: string; readonly target: string; readonly descriptor: number };

const DEFAULT_MODE = 0o644;

/** With the pid it makes a name that no other writer has; O_EXCL sees to the rest. */
let serial = 0;

/** An error of the file system while writing, in the words of the user. */
export function writeError(file: string, error: unknown): LacreError {
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

function removeUnfinished(): void {
  for (const temporary of unfinished) fs.rmSync(temporary, { force: true });
}

function stage(file: PendingFile): Staged {
  if (serial === 0) process.once("exit", removeUnfinished);
  const target = finalTarget(file.path);
  const mode = fs.statSync(target, { throwIfNoEntry: false })?.mode ?? file.mode ?? DEFAULT_MODE;
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}-${serial++}.tmp`);
  const descriptor = fs.openSync(temporary, "wx", mode & 0o777);
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

/** Writes one file: temporary file, fsync, rename. The mode of an existing file is kept. */
export function writeAtomic(file: PendingFile): void {
  try {
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
function makeDirectories(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectories(path.dirname(directory));
  fs.mkdirSync(directory);
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
