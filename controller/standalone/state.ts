/**
 * The controller's own files: inventory, clone, the last commit that was accepted, and the lock that keeps a second controller
 * away, which would undo this one's work.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { refuseSharedDirectory } from "../../src/node/shared-directory.ts";
import { trySocketLock } from "../../src/node/socket-lock.ts";
import { writeWhole } from "../../src/node/write.ts";

/** What a directory of state says of itself. target: whose it is; "" where it lies in the target itself, which may be moved with it. */
type Label = { readonly version: 1; readonly target: string };

/** An open directory of state. */
export type State = {
  readonly directory: string;
  readonly inventoryFile: string;
  /** Gives the lock back. */
  readonly release: () => void;
};

/**
 * Opens a directory of state, which is made when it is not there, and takes its lock. CONFLICT while another controller runs;
 * TARGET_FAILED for the state of another target or of a later version.
 */
export async function openState(directory: string, target: string): Promise<State> {
  const release = await takeLock(directory);
  try {
    const inventoryFile = path.join(directory, "inventory.json");
    const file = path.join(directory, "state.json");
    const label = readLabel(file);
    // An earlier version labelled nothing, and its inventory lay in the target.
    const owner = label?.target ?? (fs.existsSync(inventoryFile) ? "" : target);
    if (owner !== target) throw ofAnother(directory, owner);
    if (label === undefined) writeWhole(file, JSON.stringify({ version: 1, target } satisfies Label), 0o600);
    return { directory, inventoryFile, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function takeLock(directory: string): Promise<() => void> {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    refuseSharedDirectory(directory, "TARGET_FAILED");
    const taken = await trySocketLock(path.join(directory, "lock"));
    if (taken.ok) return taken.release;
    const who = taken.holder === undefined ? "" : ` (process ${taken.holder.pid} on ${taken.holder.host})`;
    throw new LacreError("CONFLICT", `another controller${who} keeps this target`, { hint: "stop it first" });
  } catch (cause) {
    if (cause instanceof LacreError) throw cause;
    throw new LacreError("TARGET_FAILED", `the state directory ${directory} cannot be written`, {
      hint: "check the path, its owner and the free space",
      cause,
    });
  }
}

function ofAnother(directory: string, owner: string): LacreError {
  const whose = owner === "" ? "the target that it lies in" : owner;
  return new LacreError("TARGET_FAILED", `${directory} is the state of ${whose}`, {
    hint: "name another directory with --state: what one target's state calls ours could be somebody else's in another",
  });
}

function readLabel(file: string): Label | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const label = parseLabel(text);
  if (label !== undefined) return label;
  throw new LacreError("TARGET_FAILED", `${file} was not written by this version`, {
    hint: "nothing is written or removed; run the version that wrote it, or name another directory with --state",
  });
}

function parseLabel(text: string): Label | undefined {
  try {
    const label = JSON.parse(text) as Partial<Label> | null;
    return label?.version === 1 && typeof label.target === "string" ? (label as Label) : undefined;
  } catch {
    return undefined;
  }
}
