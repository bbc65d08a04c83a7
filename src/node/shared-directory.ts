/** Directories that others may write: what lies in them is theirs to replace, as ssh has it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type ErrorCode, LacreError } from "../errors.ts";

/** A directory that cannot be trusted, why, and what mends it. */
export type SharedDirectory = { readonly directory: string; readonly objection: string; readonly remedy: string };

/** What is wrong with one directory; undefined when only we and root may change what is in it. */
function judge(directory: string): SharedDirectory | undefined {
  const own = process.geteuid?.();
  // Where there are no owners, there is nothing to judge.
  if (own === undefined) return undefined;
  const { uid, mode } = fs.statSync(directory);
  if (uid !== 0 && uid !== own) {
    const remedy = `chown it to the user that runs lacre, then: chmod go-w ${directory}`;
    return { directory, objection: `belongs to user ${uid}`, remedy };
  }
  const isShared = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (!isShared) return undefined;
  const shown = (mode & 0o7777).toString(8).padStart(4, "0");
  return { directory, objection: `may be written by others (mode ${shown})`, remedy: `chmod go-w ${directory}` };
}

/** The nearest of a directory and those above it that belongs to somebody else or may be written by others. */
export function sharedDirectory(directory: string): SharedDirectory | undefined {
  for (let one = fs.realpathSync(directory); ; one = path.dirname(one)) {
    const shared = judge(one);
    if (shared !== undefined || one === path.dirname(one)) return shared;
  }
}

/** Refuses a directory when it, or one above it, belongs to somebody else or may be written by others. */
export function refuseSharedDirectory(directory: string, code: ErrorCode): void {
  const shared = sharedDirectory(directory);
  if (shared === undefined) return;
  throw new LacreError(
    code,
    `${shared.directory} ${shared.objection}; expected is a directory that only its owner writes`,
    { hint: shared.remedy },
  );
}
