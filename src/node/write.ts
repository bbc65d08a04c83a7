/** Writing so that a reader sees the old file or the new one, whole, whatever interrupts us. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../errors.ts";
import { writeError } from "./file-error.ts";
import { forget, linkTo, openBeside, renameTo, syncDirectory } from "./new-file.ts";

/** A file to write: an absolute path, its bytes, and the mode of a file that is new. */
export type PendingFile = { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number };

type Staged = { readonly temporary: string; readonly target: string; readonly descriptor: number };

const DEFAULT_MODE = 0o644;

/** The file a path leads to: a symbolic link is followed, so that it stays one. */
function finalTarget(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
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
  const target = finalTarget(file.path);
  refuseSpecial(file.path);
  const mode = fs.statSync(target, { throwIfNoEntry: false })?.mode ?? file.mode ?? DEFAULT_MODE;
  const { path: temporary, descriptor } = openBeside(target, mode & 0o777);
  try {
    fs.writeFileSync(descriptor, file.content);
    // The umask may have taken bits that the old file had.
    if (fs.existsSync(target)) fs.fchmodSync(descriptor, mode & 0o777);
    return { temporary, target, descriptor };
  } catch (error) {
    fs.closeSync(descriptor);
    forget(temporary);
    throw error;
  }
}

/** Writes one file: temporary file, fsync, rename. A link is followed, the mode of an existing file is kept, a device or a pipe is written to. OUTPUT_FAILED. */
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
    renameTo(staged.temporary, staged.target);
    syncDirectory(path.dirname(staged.target));
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
      renameTo(one.temporary, one.target);
      directories.add(path.dirname(one.target));
    }
    wrote(Math.min(start + BATCH, files.length));
  }
  for (const directory of directories) syncDirectory(directory);
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
    for (const { temporary } of staged) forget(temporary);
    throw writeError(current, error);
  } finally {
    for (const { descriptor } of staged) fs.closeSync(descriptor);
  }
}

/** Writes a file beside its name, synced, and hands it over to be put in place. */
function writeBeside(
  file: string,
  content: string | Uint8Array,
  mode: number,
  place: (temporary: string) => void,
): void {
  const { path: temporary, descriptor } = openBeside(file, mode & 0o700);
  try {
    try {
      fs.writeFileSync(descriptor, content);
      fs.fchmodSync(descriptor, mode);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    place(temporary);
    syncDirectory(path.dirname(file));
  } finally {
    forget(temporary);
  }
}

/** Writes a file of a program that runs alone, with a mode: a link in its place is replaced and not followed. The system's errors; OUTPUT_FAILED for a device or a pipe. */
export function writeWhole(file: string, content: string | Uint8Array, mode: number): void {
  refuseSpecial(file);
  writeBeside(file, content, mode, (temporary) => renameTo(temporary, file));
}

function refuseExisting(file: string): void {
  if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
  throw Object.assign(new Error("EEXIST: something lies there"), { code: "EEXIST" });
}

/** Writes a file where none is, with a mode. The system's error otherwise: EEXIST for whatever lies there, also a link. */
export function writeNew(file: string, content: string | Uint8Array, mode: number): void {
  refuseExisting(file);
  writeBeside(file, content, mode, (temporary) => linkTo(temporary, file));
}

/** Begins a file where none is, for what is written bit by bit: it appears when it is finished. The system's errors, as writeNew. */
export function beginNew(file: string, mode: number): { readonly descriptor: number; readonly finish: () => void } {
  refuseExisting(file);
  const { path: temporary, descriptor } = openBeside(file, mode & 0o700);
  const finish = () => {
    fs.fchmodSync(descriptor, mode);
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
    linkTo(temporary, file);
    syncDirectory(path.dirname(file));
  };
  return { descriptor, finish };
}
