/** One writer at a time: whoever changes a file reads it and writes it back under its lock. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/index.ts";
import { writeError } from "../../src/node/write.ts";

const WAIT_MS = 3_000;
const RETRY_MS = 25;
/** Making a lock takes less than this: one that is still without a process then was left by a kill or a full disk. */
const HALF_MADE_MS = 1_000;

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
    // It went away by itself.
  }
}

function tryLock(lock: string): boolean {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // On a full disk the file is made, and only writing to it fails.
    fs.rmSync(lock, { force: true });
    throw writeError(lock, error);
  }
}

/** Runs work while no other lacre on this machine changes the file. CONFLICT when that takes too long. */
export async function withLock<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  const lock = path.join(path.dirname(file), `.${path.basename(file)}.lacre-lock`);
  const deadline = Date.now() + WAIT_MS;
  while (!tryLock(lock)) {
    breakIfStale(lock);
    if (Date.now() > deadline) {
      throw new LacreError("CONFLICT", `another lacre is writing ${file}`, {
        hint: `try again when it is done; if there is none, remove ${lock}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}
