/** Directories that others may write: what lies in them is theirs to replace, as ssh has it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type ErrorCode, LacreError } from "../errors.ts";

/** Why a directory cannot be trusted; undefined when only we and root may change what is in it. */
function objectionTo(directory: string): string | undefined {
  const own = process.geteuid?.();
  // Where there are no owners, there is nothing to judge.
  if (own === undefined) return undefined;
  const { uid, mode } = fs.statSync(directory);
  if (uid !== 0 && uid !== own) return `belongs to user ${uid}`;
  const isShared = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  return isShared ? `may be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})` : undefined;
}

/** Refuses a directory when it, or one above it, belongs to somebody else or may be written by others. */
export function refuseSharedDirectory(directory: string, code: ErrorCode): void {
  for (let one = fs.realpathSync(directory); ; one = path.dirname(one)) {
    const objection = objectionTo(one);
    if (objection !== undefined) {
      throw new LacreError(code, `${one} ${objection}; expected is a directory that only its owner writes`, {
        hint: `chown it to the user that runs lacre, then: chmod go-w ${one}`,
      });
    }
    if (one === path.dirname(one)) return;
  }
}
