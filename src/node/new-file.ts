/** Files that are made here: under a name that nobody could make first, and put in place when they are whole. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../errors.ts";

/** A file that is made here, or none: what lies there already is not opened, and no link is followed. */
const MADE_HERE = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | (fs.constants.O_NOFOLLOW ?? 0);

/** File systems without hard links, as on a memory stick. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

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

/** Temporary files that are not in place yet. Whatever ends the process takes them along. */
const unfinished = new Set<string>();

let isWatching = false;

function removeUnfinished(): void {
  for (const temporary of unfinished) fs.rmSync(temporary, { force: true });
}

/** A file beside its target, which it is not yet. */
export type Temporary = { readonly path: string; readonly descriptor: number };

/** Makes a file beside a target. The caller closes it, and renames or forgets it. */
export function openBeside(target: string, mode: number): Temporary {
  if (!isWatching) process.once("exit", removeUnfinished);
  isWatching = true;
  const name = `.${path.basename(target).slice(0, 200)}.${randomBytes(8).toString("hex")}.tmp`;
  const temporary = path.join(path.dirname(target), name);
  const descriptor = openNew(temporary, mode);
  unfinished.add(temporary);
  return { path: temporary, descriptor };
}

/** Puts a file in the place of its target, whatever lies there. */
export function renameTo(temporary: string, target: string): void {
  fs.renameSync(temporary, target);
  unfinished.delete(temporary);
}

/** Removes a file that was not put in place; of one that was, nothing. */
export function forget(temporary: string): void {
  fs.rmSync(temporary, { force: true });
  unfinished.delete(temporary);
}

/** Puts a file in place where none is, and forgets the temporary one. EEXIST of the system for whatever lies there, also a link. */
export function linkTo(temporary: string, target: string): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code)) throw error;
    // Nobody else's file is replaced by this one: it is made here, and then replaced by the whole one.
    fs.closeSync(openNew(target, 0o600));
    fs.renameSync(temporary, target);
  } finally {
    forget(temporary);
  }
}

/** Makes the names in a directory last. */
export function syncDirectory(directory: string): void {
  const descriptor = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(descriptor);
  } catch {
    // Some file systems cannot sync a directory; the rename itself is still atomic.
  } finally {
    fs.closeSync(descriptor);
  }
}
