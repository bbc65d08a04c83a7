/** One controller a target: two would undo each other's work. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { refuseSharedDirectory } from "../../src/node/directory.ts";
import { tryLock } from "../../src/node/lock.ts";

/** Takes the lock and gives the way to release it. CONFLICT while another controller runs. */
export async function takeLock(file: string): Promise<() => void> {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    refuseSharedDirectory(path.dirname(file), "TARGET_FAILED");
    const taken = await tryLock(file);
    if (typeof taken === "function") return taken;
    throw new LacreError("CONFLICT", `another controller (process ${taken.pid} on ${taken.host}) keeps this target`, {
      hint: "stop it first",
    });
  } catch (cause) {
    if (cause instanceof LacreError) throw cause;
    throw new LacreError("TARGET_FAILED", "the target cannot be written", {
      hint: "check the path, its owner and the free space",
      cause,
    });
  }
}
