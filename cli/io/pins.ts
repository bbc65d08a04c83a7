/** Whose key lists are trusted: the identity of each cluster, pinned in the user's own configuration, never in a repository. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  type Engine,
  fingerprintOf,
  formatPublicKey,
  LacreError,
  type PublicKey,
  type SignedKeyList,
} from "../../src/index.ts";
import { writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { withLock } from "./lock.ts";

/** What is pinned of a cluster. serial: of the newest list that was seen. */
type Pin = { readonly fingerprint: string; readonly serial: number };

/** One of those that an environment is sealed for. cluster, serial: of a signed list; a bare key has neither. */
export type PinnedRecipient = { readonly fingerprint: string; readonly cluster?: string; readonly serial?: number };

/** All that an environment is sealed for. */
export type EnvironmentPin = { readonly recipients: readonly PinnedRecipient[] };

/** Clusters by name, and environments by repository (Git's common directory, else that of .lacre.yaml) and name. */
type Pins = {
  readonly clusters: Readonly<Record<string, Pin>>;
  readonly environments: Readonly<Record<string, Readonly<Record<string, EnvironmentPin>>>>;
};

/** For CI: a fingerprint that everybody sealed for must have, or several with commas between. Nothing is written then. */
export const PIN_VARIABLE = "LACRE_PIN";

/** The fingerprints that the environment variable demands; undefined where it is not set. */
export function demandedFingerprints({ env }: CommandContext): readonly string[] | undefined {
  const demanded = env[PIN_VARIABLE];
  return demanded ? demanded.split(",").map((one) => one.trim()) : undefined;
}

/** What people compare of a bare key: the SHA-256 of its line, base64url. */
export function fingerprintOfKey(engine: Engine, key: PublicKey): string {
  return `SHA256:${Buffer.from(engine.sha256(new TextEncoder().encode(formatPublicKey(key)))).toString("base64url")}`;
}

function pinFile(context: CommandContext): string {
  const home = context.env["HOME"] || os.homedir();
  return path.join(context.env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "lacre", "pins.json");
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is pinned, or CONFIG_INVALID. A file of version 1 has clusters only. */
export function readPins(context: CommandContext): Pins {
  const file = pinFile(context);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { clusters: {}, environments: {} };
    throw new LacreError("CONFIG_INVALID", `${file} cannot be read`, { hint: "check its permissions", cause: error });
  }
  try {
    const { version, clusters, environments } = JSON.parse(text) as { readonly version: unknown } & Pins;
    if (version === 1 && isRecord(clusters)) return { clusters, environments: {} };
    if (version === 2 && isRecord(clusters) && isRecord(environments)) return { clusters, environments };
  } catch {
    // A damaged file must not count as "nothing is pinned".
  }
  throw new LacreError("CONFIG_INVALID", `${file} is damaged`, {
    hint: "restore it, or remove it and pin again: lacre keys pin FILE --fingerprint SHA256:...",
  });
}

/** Changes what is pinned while nobody else does. */
export async function savePins(context: CommandContext, change: (pins: Pins) => Pins): Promise<void> {
  const file = pinFile(context);
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(file, () => {
    const { clusters, environments } = change(readPins(context));
    const sorted = Object.fromEntries(Object.entries(clusters).sort(([a], [b]) => (a < b ? -1 : 1)));
    const content = `${JSON.stringify({ version: 2, clusters: sorted, environments }, null, 2)}\n`;
    writeAtomic({ path: file, content, mode: 0o600 });
  });
}

function mismatch(list: SignedKeyList, is: string, wanted: string): LacreError {
  return new LacreError("PIN_MISMATCH", `the key list of ${list.cluster} is signed by ${is}, and pinned is ${wanted}`, {
    hint: "somebody may have swapped it: ask who runs the cluster for its fingerprint; if it is another cluster of that name, or was made anew: lacre keys pin FILE --fingerprint SHA256:...",
  });
}

/** KEY_LIST_OLD for a list that is older than one that was seen. */
export function refuseOlder(list: SignedKeyList, serial: number): void {
  if (list.serial >= serial) return;
  throw new LacreError(
    "KEY_LIST_OLD",
    `the key list of ${list.cluster} has serial ${list.serial}, and ${serial} was seen before`,
    {
      hint: "fetch the newest and commit it: lacre keys fetch",
    },
  );
}

/** Trusts a list or throws PIN_MISMATCH or KEY_LIST_OLD. The first list of a cluster is pinned, and said so. */
export async function trustKeyList(context: CommandContext, engine: Engine, list: SignedKeyList): Promise<void> {
  const fingerprint = fingerprintOf(engine, list.identity);
  const demanded = demandedFingerprints(context);
  if (demanded !== undefined) {
    if (!demanded.includes(fingerprint)) throw mismatch(list, fingerprint, `${demanded.join(", ")} (${PIN_VARIABLE})`);
    return;
  }
  const known = readPins(context).clusters[list.cluster];
  if (known !== undefined) {
    if (known.fingerprint !== fingerprint) throw mismatch(list, fingerprint, known.fingerprint);
    refuseOlder(list, known.serial);
    if (known.serial === list.serial) return;
  }
  await savePin(context, list.cluster, { fingerprint, serial: list.serial });
  if (known === undefined) {
    context.say(`pinned ${list.cluster}: ${fingerprint}`);
    context.say(
      "compare it with what who runs the cluster sees in the controller's log; every later list must be signed by it",
    );
  }
}

async function savePin(context: CommandContext, cluster: string, pin: Pin): Promise<void> {
  await savePins(context, ({ clusters, environments }) => ({
    clusters: { ...clusters, [cluster]: pin },
    environments,
  }));
}

/** Pins a list whose fingerprint the user has compared. PIN_MISMATCH when it is another, or another is pinned already. */
export async function pinKeyList(
  context: CommandContext,
  engine: Engine,
  list: SignedKeyList,
  options: { readonly fingerprint: string; readonly replace?: boolean },
): Promise<void> {
  const fingerprint = fingerprintOf(engine, list.identity);
  if (fingerprint !== options.fingerprint) throw mismatch(list, fingerprint, `${options.fingerprint} (--fingerprint)`);
  const known = readPins(context).clusters[list.cluster];
  if (known !== undefined && known.fingerprint !== fingerprint && options.replace !== true) {
    throw mismatch(list, fingerprint, known.fingerprint);
  }
  await savePin(context, list.cluster, { fingerprint, serial: list.serial });
}
