/** Files that exist in memory only, for what must be a file and must not touch the disk. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { processNamespace, startOf } from "../../src/node/process-identity.ts";
import type { CommandContext } from "../context.ts";

/** statfs types of tmpfs and ramfs, from linux/magic.h. */
const MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

function isInMemory(directory: string): boolean {
  try {
    return MEMORY_FILE_SYSTEMS.has(fs.statfsSync(directory).type);
  } catch {
    return false;
  }
}

const OURS = /^lacre-(\d+)-(\d+)-(\d+)-[A-Za-z0-9]{6}$/;

/** Removes what a process left that was killed: values are in it. Those of another namespace may be in use. */
function sweep(parent: string, uid: number | undefined): void {
  for (const name of fs.readdirSync(parent)) {
    const [, pid, start, namespace] = OURS.exec(name) ?? [];
    if (pid === undefined || namespace !== (processNamespace() || "0") || startOf(Number(pid)) === start) continue;
    const directory = path.join(parent, name);
    try {
      const stat = fs.lstatSync(directory);
      if (stat.isDirectory() && stat.uid === uid) clearDirectory(directory);
    } catch {
      // Another lacre sweeps too.
    }
  }
}

/** A directory of the user's own in memory (0700), removed after the work, its files overwritten first. */
export async function withMemoryDirectory<T>(
  context: CommandContext,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const parent = [context.env["XDG_RUNTIME_DIR"], "/dev/shm"].find(
    (one) => one !== undefined && one !== "" && isInMemory(one),
  );
  if (parent === undefined) {
    throw new LacreError(
      "NO_MEMORY_FILES",
      "this machine offers no files in memory, and values are never written to a disk",
      {
        hint: "use lacre set instead of edit, and exec without --files",
      },
    );
  }
  sweep(parent, context.uid);
  const mark = `lacre-${process.pid}-${startOf("self") ?? 0}-${processNamespace() || 0}-`;
  const directory = fs.mkdtempSync(path.join(parent, mark));
  const clear = () => clearDirectory(directory);
  const cancel = context.onExit(clear);
  try {
    return await work(directory);
  } finally {
    cancel();
    clear();
  }
}

/** Overwrites and removes what is in it. An editor may have left backups and swap files beside ours. */
function clearDirectory(directory: string): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    fs.chmodSync(file, 0o600);
    fs.writeFileSync(file, new Uint8Array(fs.statSync(file).size), { flag: "r+" });
  }
  fs.rmSync(directory, { recursive: true, force: true });
}
