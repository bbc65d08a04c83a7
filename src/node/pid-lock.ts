/**
 * A lock file that names its process: for what is read, changed and written back within a moment, wherever files can be
 * made. docs/adr/0056 says why it is not the socket of socket-lock.ts.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { beat, breakLock, type Holder, publishLock, readHolder, silenceOf, type Taken } from "./lock-file.ts";
import { isRunning, thisProcess } from "./process-identity.ts";

/** Making a lock takes less than this: one that is still without a holder then was left by a kill. */
const HALF_MADE_MS = 1_000;
const HEARTBEAT_MS = 2_000;

/** A holder in another namespace or on another machine that was not heard of for so long is gone. */
export const SILENT_MS = 10_000;

/** The lock of a file, beside it: of whatever name it is called by, where a link leads to it. */
export function pidLockOf(file: string): string {
  const real = fs.existsSync(file) ? fs.realpathSync(file) : file;
  return path.join(path.dirname(real), `.${path.basename(real).slice(0, 200)}.lacre-lock`);
}

function isDead(lock: string, holder: Holder | undefined): boolean {
  const isSeen = holder === undefined ? undefined : isRunning(holder);
  if (isSeen !== undefined) return !isSeen;
  return silenceOf(lock) > (holder === undefined ? HALF_MADE_MS : SILENT_MS);
}

function releaseOf(lock: string, descriptor: number, id: string): () => void {
  const heartbeat = setInterval(() => beat(descriptor), HEARTBEAT_MS).unref();
  let isReleased = false;
  const release = () => {
    if (isReleased) return;
    isReleased = true;
    process.off("exit", release);
    clearInterval(heartbeat);
    fs.closeSync(descriptor);
    if (readHolder(lock)?.id === id) fs.rmSync(lock, { force: true });
  };
  process.once("exit", release);
  return release;
}

/** Takes the lock of a file, until it is released or the process ends. Throws the errors of the system. */
export function tryPidLock(file: string): Taken {
  const lock = pidLockOf(file);
  const found = readHolder(lock);
  if (fs.existsSync(lock) && isDead(lock, found)) breakLock(lock, found?.id);
  const self = { id: randomBytes(8).toString("hex"), ...thisProcess() };
  const descriptor = publishLock(lock, self);
  if (descriptor === undefined) return { ok: false, holder: readHolder(lock) };
  return { ok: true, release: releaseOf(lock, descriptor, self.id) };
}
