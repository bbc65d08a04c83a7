/** One writer at a time: whoever changes a file reads it and writes it back under its lock. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/index.ts";
import { writeError } from "../../src/node/write.ts";

const WAIT_MS = 3_000;
const RETRY_MS = 25;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes a lock whose process is gone. The pid is written with the file, so an empty lock is still being made. */
function breakIfStale(lock: string): void {
  try {
    const pid = Number(fs.readFileSync(lock, "utf8"));
    if (Number.isInteger(pid) && pid > 0 && !isAlive(pid)) fs.rmSync(lock, { force: true });
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
