/** One controller a target: two would undo each other's work. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../src/index.ts";
import { refuseSharedDirectory } from "../src/node/directory.ts";
import { bootId } from "./inventory.ts";

function holder(file: string): number | undefined {
  try {
    const [boot, pid] = fs.readFileSync(file, "utf8").split(" ");
    return boot === bootId() ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** True for a process of this machine that runs. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes the lock and gives the way to release it. CONFLICT while another controller runs. */
export function takeLock(file: string): () => void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    refuseSharedDirectory(path.dirname(file), "TARGET_FAILED");
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        fs.writeFileSync(file, `${bootId()} ${process.pid}`, { flag: "wx", mode: 0o600 });
        return () => fs.rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      if (isAlive(holder(file))) break;
      fs.rmSync(file, { force: true });
    }
  } catch (cause) {
    if (cause instanceof LacreError) throw cause;
    throw new LacreError("TARGET_FAILED", "the target cannot be written", {
      hint: "check the path, its owner and the free space",
      cause,
    });
  }
  throw new LacreError("CONFLICT", `another controller (process ${holder(file)}) keeps this target`, {
    hint: "stop it first",
  });
}
