/** What the user has pinned: kept in their own configuration, never in a repository, so that who writes one cannot change it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LacreError } from "../../src/index.ts";
import { writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { withLock } from "../files/lock.ts";

/** One of those that are sealed for. cluster, and serial of the newest list that was seen: of a signed list; a bare key has neither. */
export type PinnedRecipient = { readonly fingerprint: string; readonly cluster?: string; readonly serial?: number };

/** What an environment is for, as it was pinned. isDefault: it is sealed for where no environment is named. */
export type PinnedMapping = {
  readonly branch?: string;
  readonly paths?: readonly string[];
  readonly namespace?: string;
  readonly isDefault?: boolean;
};

/** Which pin: of an environment of the .lacre.yaml in a directory, or of a file that no environment names. */
export type PinKey = {
  /** Git's common directory, so that all work trees share it; else the directory of .lacre.yaml, or of the file. Absolute. */
  readonly repository: string;
  /** Where .lacre.yaml lies in the work tree; "" is its root. */
  readonly directory: string;
  readonly environment?: string;
  /** The keys files, relative to the root of the work tree. */
  readonly files: readonly string[];
};

/** All that an environment, or a file, is sealed for. */
export type Pin = PinKey & { readonly recipients: readonly PinnedRecipient[]; readonly mapping: PinnedMapping };

/** known: identities that version 1 had by the name of their cluster: a question tells of them, and none is taken for another. */
export type Pins = { readonly known: readonly PinnedRecipient[]; readonly pins: readonly Pin[] };

/** For CI: a fingerprint that everybody sealed for must have, or several with commas between. Nothing is asked or written then. */
export const PIN_VARIABLE = "LACRE_PIN";

/** As it is before the first pin. */
export const NOTHING_PINNED: Pins = { known: [], pins: [] };

/** The fingerprints that the environment variable demands; undefined where it is not set. */
export function demandedFingerprints({ env }: CommandContext): readonly string[] | undefined {
  const demanded = env[PIN_VARIABLE];
  return demanded ? demanded.split(",").map((one) => one.trim()) : undefined;
}

function pinFile(context: CommandContext): string {
  const home = context.env["HOME"] || os.homedir();
  return path.join(context.env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "lacre", "pins.json");
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isOptional(value: unknown, type: "string" | "boolean"): boolean {
  return value === undefined || typeof value === type;
}

function isRecipient(value: unknown): value is PinnedRecipient {
  if (!isFields(value)) return false;
  const { fingerprint, cluster, serial } = value;
  return (
    typeof fingerprint === "string" &&
    isOptional(cluster, "string") &&
    (serial === undefined || Number.isSafeInteger(serial))
  );
}

function isMapping(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { branch, paths, namespace, isDefault } = value;
  return (
    isOptional(branch, "string") &&
    isOptional(namespace, "string") &&
    isOptional(isDefault, "boolean") &&
    (paths === undefined || isTextList(paths))
  );
}

function isPin(value: unknown): value is Pin {
  if (!isFields(value)) return false;
  const { repository, directory, environment, files, recipients, mapping } = value;
  return (
    typeof repository === "string" &&
    typeof directory === "string" &&
    isOptional(environment, "string") &&
    isTextList(files) &&
    Array.isArray(recipients) &&
    recipients.every(isRecipient) &&
    isMapping(mapping)
  );
}

/** The pins of a text; undefined for one that is damaged, which must never count as "nothing is pinned". */
function parsePins(text: string): Pins | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  if (value["version"] === 1 && isFields(value["clusters"])) {
    const known: unknown[] = Object.entries(value["clusters"]).map(([cluster, one]) => ({
      ...(one as object),
      cluster,
    }));
    return known.every(isRecipient) ? { known, pins: [] } : undefined;
  }
  const { version, known, pins } = value;
  if (version !== 2 || !Array.isArray(known) || !Array.isArray(pins)) return undefined;
  return known.every(isRecipient) && pins.every(isPin) ? { known, pins } : undefined;
}

/** A file that others may write pins what they want. */
function refuseWritable(file: string): void {
  const own = process.geteuid?.();
  if (own === undefined) return;
  for (const one of [path.dirname(file), file]) {
    const { uid, mode } = fs.statSync(one);
    if ((uid === own || uid === 0) && (mode & 0o022) === 0) continue;
    throw new LacreError("CONFIG_INVALID", `${one} may be changed by others, and says whom you seal for`, {
      hint: `make it yours: chown it to yourself, then: chmod go-w ${one}`,
    });
  }
}

/** What is pinned, or CONFIG_INVALID for a file that is damaged, unreadable, or not the user's alone. */
export function readPins(context: CommandContext): Pins {
  const file = pinFile(context);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
    refuseWritable(file);
  } catch (error) {
    if (error instanceof LacreError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NOTHING_PINNED;
    throw new LacreError("CONFIG_INVALID", `${file} cannot be read`, { hint: "check its permissions", cause: error });
  }
  const pins = parsePins(text);
  if (pins !== undefined) return pins;
  throw new LacreError("CONFIG_INVALID", `${file} is damaged`, {
    hint: "restore it, or remove it and pin again: lacre keys pin FILE --fingerprint SHA256:...",
  });
}

/** Changes what is pinned while nobody else does. */
export async function savePins(context: CommandContext, change: (pins: Pins) => Pins): Promise<void> {
  const file = pinFile(context);
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(file, () => {
    const content = `${JSON.stringify({ version: 2, ...change(readPins(context)) }, null, 2)}\n`;
    writeAtomic({ path: file, content, mode: 0o600 });
  });
}

/** True for two keys of one pin: of an environment its files may change, of a file they are all there is. */
export function isSamePin(a: PinKey, b: PinKey): boolean {
  if (a.repository !== b.repository || a.directory !== b.directory || a.environment !== b.environment) return false;
  return a.environment !== undefined || a.files.join("\n") === b.files.join("\n");
}

/** With one pin put in, in place of the one it had. */
export function withPin({ known, pins }: Pins, pin: Pin): Pins {
  return { known, pins: [...pins.filter((one) => !isSamePin(one, pin)), pin] };
}
