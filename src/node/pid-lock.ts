/** A lock file that names its process: for what is read, changed and written back within a moment. */
import * as fs from "node:fs";
import * as path from "node:path";

/** Making a lock takes less than this: one that is still without a process then was left by a kill or a full disk. */
const HALF_MADE_MS = 1_000;

/** The lock of a file, beside it. */
export function pidLockOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.lacre-lock`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes a lock whose process is gone. Without a process in it, it is being made, or was half-made by one that is gone. */
function breakIfStale(lock: string): void {
  try {
    const pid = Number(fs.readFileSync(lock, "utf8"));
    const isWhole = Number.isInteger(pid) && pid > 0;
    const isStale = isWhole ? !isAlive(pid) : Date.now() - fs.statSync(lock).mtimeMs > HALF_MADE_MS;
    if (isStale) fs.rmSync(lock, { force: true });
  } catch {
    // There is none.
  }
}

/** Takes the lock of a file and gives the way to release it; undefined while somebody has it. Throws the errors of the system. */
export function tryPidLock(file: string): (() => void) | undefined {
  const lock = pidLockOf(file);
  breakIfStale(lock);
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx", mode: 0o600 });
    return () => fs.rmSync(lock, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    // On a full disk the file is made, and only writing to it fails.
    fs.rmSync(lock, { force: true });
    throw error;
  }
}
