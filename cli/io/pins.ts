/** Whose key lists are trusted: the identity of each cluster, pinned in the user's own configuration, never in a repository. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Engine, fingerprintOf, LacreError, type SignedKeyList } from "../../src/index.ts";
import { writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { withLock } from "./lock.ts";

/** What is pinned of a cluster. serial: of the newest list that was seen. */
type Pin = { readonly fingerprint: string; readonly serial: number };

/** For CI: a fingerprint that every list must have, or several with commas between. Nothing is written then. */
const PIN_VARIABLE = "LACRE_PIN";

function pinFile(context: CommandContext): string {
  const home = context.env["HOME"] || os.homedir();
  return path.join(context.env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "lacre", "pins.json");
}

function readPins(file: string): Record<string, Pin> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new LacreError("CONFIG_INVALID", `${file} cannot be read`, { hint: "check its permissions", cause: error });
  }
  try {
    const stored = JSON.parse(text) as { readonly version: unknown; readonly clusters: Record<string, Pin> };
    if (stored.version === 1 && typeof stored.clusters === "object") return stored.clusters;
  } catch {
    // A damaged file must not count as "nothing is pinned".
  }
  throw new LacreError("CONFIG_INVALID", `${file} is damaged`, {
    hint: "restore it, or remove it and pin again: lacre keys pin FILE --fingerprint SHA256:...",
  });
}

function writePins(file: string, clusters: Record<string, Pin>): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const sorted = Object.fromEntries(Object.entries(clusters).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeAtomic({ path: file, content: `${JSON.stringify({ version: 1, clusters: sorted }, null, 2)}\n`, mode: 0o600 });
}

function mismatch(list: SignedKeyList, is: string, wanted: string): LacreError {
  return new LacreError("PIN_MISMATCH", `the key list of ${list.cluster} is signed by ${is}, and pinned is ${wanted}`, {
    hint: "somebody may have swapped it: ask who runs the cluster, and only if it is theirs: lacre keys pin FILE --fingerprint SHA256:... --replace",
  });
}

function refuseOlder(list: SignedKeyList, pin: Pin): void {
  if (list.serial >= pin.serial) return;
  throw new LacreError(
    "KEY_LIST_OLD",
    `the key list of ${list.cluster} has serial ${list.serial}, and ${pin.serial} was seen before`,
    {
      hint: "fetch the newest and commit it: lacre keys fetch",
    },
  );
}

/** Trusts a list or throws PIN_MISMATCH or KEY_LIST_OLD. The first list of a cluster is pinned, and said so. */
export async function trustKeyList(context: CommandContext, engine: Engine, list: SignedKeyList): Promise<void> {
  const fingerprint = fingerprintOf(engine, list.identity);
  const demanded = context.env[PIN_VARIABLE];
  if (demanded) {
    const wanted = demanded.split(",").map((one) => one.trim());
    if (!wanted.includes(fingerprint)) throw mismatch(list, fingerprint, `${demanded} (${PIN_VARIABLE})`);
    return;
  }
  const file = pinFile(context);
  const known = readPins(file)[list.cluster];
  if (known !== undefined) {
    if (known.fingerprint !== fingerprint) throw mismatch(list, fingerprint, known.fingerprint);
    refuseOlder(list, known);
    if (known.serial === list.serial) return;
  }
  await savePin(file, list.cluster, { fingerprint, serial: list.serial });
  if (known === undefined) {
    context.say(`pinned ${list.cluster}: ${fingerprint}`);
    context.say(
      "compare it with what who runs the cluster sees in the controller's log; every later list must be signed by it",
    );
  }
}

async function savePin(file: string, cluster: string, pin: Pin): Promise<void> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(file, () => writePins(file, { ...readPins(file), [cluster]: pin }));
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
  const file = pinFile(context);
  const known = readPins(file)[list.cluster];
  if (known !== undefined && known.fingerprint !== fingerprint && options.replace !== true) {
    throw mismatch(list, fingerprint, known.fingerprint);
  }
  await savePin(file, list.cluster, { fingerprint, serial: list.serial });
}
