/** One controller a target: two would undo each other's work. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { refuseSharedDirectory } from "../../src/node/shared-directory.ts";
import { trySocketLock } from "../../src/node/socket-lock.ts";

/** Takes the lock and gives the way to release it. CONFLICT while another controller runs. */
export async function takeLock(file: string): Promise<() => void> {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    refuseSharedDirectory(path.dirname(file), "TARGET_FAILED");
    const taken = await trySocketLock(file);
    if (taken.ok) return taken.release;
    const who = taken.holder === undefined ? "" : ` (process ${taken.holder.pid} on ${taken.holder.host})`;
    throw new LacreError("CONFLICT", `another controller${who} keeps this target`, { hint: "stop it first" });
  } catch (cause) {
    if (cause instanceof LacreError) throw cause;
    throw new LacreError("TARGET_FAILED", "the target cannot be written", {
      hint: "check the path, its owner and the free space",
      cause,
    });
  }
}
