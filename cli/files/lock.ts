/** One writer at a time: whoever changes a file reads it and writes it back under its lock. */
import { LacreError } from "../../src/index.ts";
import { pidLockOf, tryPidLock } from "../../src/node/pid-lock.ts";
import { writeError } from "../../src/node/write.ts";

const WAIT_MS = 3_000;
const RETRY_MS = 25;

function tryLock(file: string): (() => void) | undefined {
  try {
    return tryPidLock(file);
  } catch (error) {
    throw writeError(pidLockOf(file), error);
  }
}

async function takeLock(file: string): Promise<() => void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const release = tryLock(file);
    if (release !== undefined) return release;
    if (Date.now() > deadline) {
      throw new LacreError("CONFLICT", `another lacre is writing ${file}`, {
        hint: `try again when it is done; if there is none, remove ${pidLockOf(file)}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Runs work while no other lacre on this machine changes the file. CONFLICT when that takes too long. */
export async function withLock<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  const release = await takeLock(file);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}
