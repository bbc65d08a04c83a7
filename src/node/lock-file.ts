/** A lock file: it appears with who holds it already in it, and a dead one is taken away without taking a living one's. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { forget, linkTo, openBeside } from "./new-file.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** Who holds a lock. id: random, so that no two are taken for one. */
export type Holder = ProcessIdentity & { readonly id: string };

/** A lock that was taken, or who has it: undefined while that is not known yet. */
export type Taken =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly holder: Holder | undefined };

/** What a lock file says; undefined for none, and for one that is half-made or damaged. */
export function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
    const isWhole =
      typeof holder.pid === "number" && [holder.host, holder.boot].every((one) => typeof one === "string");
    return isWhole && /^[0-9a-f]{16}$/.test(holder.id) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the lock; its open descriptor, to show signs of life by, or undefined where there is one. Throws the errors of the system. */
export function publishLock(file: string, self: Holder): number | undefined {
  const { path: temporary, descriptor } = openBeside(file, 0o600);
  let isPlaced = false;
  try {
    fs.writeFileSync(descriptor, JSON.stringify(self));
    linkTo(temporary, file);
    isPlaced = true;
    return descriptor;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  } finally {
    if (!isPlaced) fs.closeSync(descriptor);
    forget(temporary);
  }
}

/** Shows that the holder lives, to those who cannot see its process. Whoever took the lock meanwhile is not touched. */
export function beat(descriptor: number): void {
  fs.futimes(descriptor, new Date(), new Date(), () => undefined);
}

/** How long a lock has shown no sign of life, in milliseconds; a time ahead of ours says as little as one long ago. */
export function silenceOf(file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? Number.POSITIVE_INFINITY : Math.abs(Date.now() - stat.mtimeMs);
}

/** Takes a dead lock away; id: as it was read, undefined for a half-made one. Where somebody was faster, their lock is put back. */
export function breakLock(file: string, id: string | undefined): void {
  if (readHolder(file)?.id !== id) return;
  const aside = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    fs.renameSync(file, aside);
    if (readHolder(aside)?.id !== id) fs.linkSync(aside, file);
  } catch {
    // Somebody else took it away.
  }
  fs.rmSync(aside, { force: true });
}
