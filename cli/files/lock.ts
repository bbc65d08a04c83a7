/** One writer at a time: whoever changes a file reads it and writes it back under its lock. */
import { LacreError } from "../../src/errors.ts";
import { writeError } from "../../src/node/file-error.ts";
import type { Taken } from "../../src/node/lock-file.ts";
import { pidLockOf, SILENT_MS, tryPidLock } from "../../src/node/pid-lock.ts";
import type { CommandContext } from "../context.ts";

/** Longer than a dead holder whose process cannot be seen is taken for a living one. */
const WAIT_MS = SILENT_MS + 2_000;
const RETRY_MS = 25;
/** Who waits for a moment only is told nothing. */
const TOLD_AFTER_MS = 500;

/** Somebody else's process, in brackets; nothing where it is not known. */
function named({ holder }: Taken & { readonly ok: false }): string {
  return holder === undefined ? "" : ` (process ${holder.pid} on ${holder.host})`;
}

function tryLock(file: string): Taken {
  try {
    return tryPidLock(file);
  } catch (error) {
    throw writeError(pidLockOf(file), error);
  }
}

async function takeLock(context: CommandContext, file: string): Promise<() => void> {
  const startedMs = context.nowMs();
  for (let isTold = !context.terminal.stderr; ; ) {
    const taken = tryLock(file);
    if (taken.ok) return taken.release;
    const waitedMs = context.nowMs() - startedMs;
    if (waitedMs > WAIT_MS) {
      throw new LacreError("CONFLICT", `another lacre${named(taken)} is writing ${file}`, {
        hint: `try again when it is done; if there is none, remove ${pidLockOf(file)}`,
      });
    }
    if (!isTold && waitedMs > TOLD_AFTER_MS) {
      context.say(`waiting for another lacre${named(taken)} that writes ${file}`);
      isTold = true;
    }
    await context.sleep(RETRY_MS);
  }
}

/** Runs work while no other lacre changes the file, an absolute path. CONFLICT when that takes too long. */
export async function withLock<T>(context: CommandContext, file: string, work: () => T | Promise<T>): Promise<T> {
  const release = await takeLock(context, file);
  try {
    return await work();
  } finally {
    release();
  }
}
