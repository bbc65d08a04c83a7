/** What the user has pinned: kept in their own configuration, never in a repository, so that who writes one cannot change it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { sharedDirectory } from "../../src/node/shared-directory.ts";
import { makeDirectories, writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { withLock } from "../files/lock.ts";
import { realPath } from "../files/real-path.ts";
import { gitAt, runGit, workTreeRoot } from "../git/git.ts";

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

/**
 * For CI: fingerprints of those who may be sealed for, with commas between. `NAME=SHA256:...` is for one environment alone.
 * Nothing is asked or written then.
 */
export const PIN_VARIABLE = "LACRE_PIN";

/** One fingerprint that may be sealed for. environment: only there; undefined is anywhere. */
export type DemandedPin = { readonly environment?: string; readonly fingerprint: string };

/** As it is before the first pin. */
const NOTHING_PINNED: Pins = { known: [], pins: [] };

/** What the environment variable demands; undefined where it is not set, or empty. */
export function demandedPins({ env }: CommandContext): readonly DemandedPin[] | undefined {
  const demanded = env[PIN_VARIABLE];
  if (!demanded) return undefined;
  return demanded.split(",").map((one) => {
    const at = one.indexOf("=");
    if (at === -1) return { fingerprint: one.trim() };
    return { environment: one.slice(0, at).trim(), fingerprint: one.slice(at + 1).trim() };
  });
}

/** True when a fingerprint may be sealed for, in an environment or in none. */
export function isDemanded(demanded: readonly DemandedPin[], fingerprint: string, environment?: string): boolean {
  return demanded.some(
    (one) =>
      one.fingerprint === fingerprint &&
      (environment === undefined || one.environment === undefined || one.environment === environment),
  );
}

function pinFile(context: CommandContext): string {
  // A relative one would be looked for in whatever repository one stands in: the XDG specification says to ignore it.
  const absolute = (directory: string | undefined) =>
    directory !== undefined && path.isAbsolute(directory) ? directory : undefined;
  const home = absolute(context.env["HOME"]) ?? os.userInfo().homedir;
  return path.join(absolute(context.env["XDG_CONFIG_HOME"]) ?? path.join(home, ".config"), "lacre", "pins.json");
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

function refuse(what: string, remedy: string): never {
  throw new LacreError("CONFIG_INVALID", `${what} may be changed by others, and holds whom you seal for`, {
    hint: `as for sshd, a group counts as others, also one's own: ${remedy}`,
  });
}

/** Who may write the directory, or one above it, may replace the file. */
function refuseSharedPlace(file: string): void {
  const shared = sharedDirectory(path.dirname(file));
  if (shared !== undefined) refuse(shared.directory, shared.remedy);
}

/** A file that others may write pins what they want. */
function refuseWritable({ uid: own }: CommandContext, file: string): void {
  const { uid, mode } = fs.statSync(file);
  const isOwn = own === undefined || ((uid === own || uid === 0) && (mode & 0o022) === 0);
  if (!isOwn) refuse(file, `chown it to yourself, then: chmod go-w ${file}`);
  refuseSharedPlace(file);
}

/** CONFIG_INVALID for pins that a repository brings: who writes it would write them. */
function refuseTracked(context: CommandContext, file: string): void {
  const real = realPath(file);
  const directory = path.dirname(real);
  if (
    workTreeRoot(context, directory) === undefined ||
    runGit(gitAt(context, directory), ["ls-files", "--error-unmatch", "--", real]).status !== 0
  )
    return;
  throw new LacreError("CONFIG_INVALID", `${file} is kept in a repository, and says whom you seal for`, {
    hint: "take it out of Git, or set XDG_CONFIG_HOME to a directory of your own",
  });
}

/** What is pinned, or CONFIG_INVALID for a file that is damaged, unreadable, or not the user's alone. */
export function readPins(context: CommandContext): Pins {
  const file = pinFile(context);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
    refuseWritable(context, file);
    refuseTracked(context, file);
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
  makeDirectories(path.dirname(file), 0o700);
  refuseSharedPlace(file);
  await withLock(context, file, () => {
    const content = `${JSON.stringify({ version: 2, ...change(readPins(context)) }, null, 2)}\n`;
    writeAtomic({ path: file, content, mode: 0o600 });
  });
}

/** True for two keys of one pin: of an environment its files may change, of a file they are all there is. */
export function isSamePin(a: PinKey, b: PinKey): boolean {
  if (a.repository !== b.repository || a.directory !== b.directory || a.environment !== b.environment) return false;
  return a.environment !== undefined || a.files.join("\n") === b.files.join("\n");
}

/** The pin of a key, if there is one. */
export function pinOf({ pins }: Pins, key: PinKey): Pin | undefined {
  return pins.find((one) => isSamePin(one, key));
}

/** The files that a pin remembers and those that a key has now. */
export function filesOf(before: Pin | undefined, { files }: PinKey): readonly string[] {
  return [...new Set([...(before?.files ?? []), ...files])];
}

/** With one pin put in, in place of the one it had. Of one .lacre.yaml one environment is the default. */
export function withPin({ known, pins }: Pins, pin: Pin): Pins {
  const isRival = (one: Pin) =>
    pin.mapping.isDefault === true && one.repository === pin.repository && one.directory === pin.directory;
  const others = pins.filter((one) => !isSamePin(one, pin));
  return { known, pins: [...others.map((one) => (isRival(one) ? withoutDefault(one) : one)), pin] };
}

function withoutDefault(pin: Pin): Pin {
  const { isDefault: _, ...mapping } = pin.mapping;
  return { ...pin, mapping };
}
