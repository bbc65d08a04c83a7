/** What we wrote, kept beside the target, so that a restart knows it again and only what is ours is ever removed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { DEFAULT_POLICY, type SyncPolicy } from "../../src/model/index.ts";
import { bootId } from "../../src/node/process-identity.ts";
import { writeWhole } from "../../src/node/write.ts";
import type { IndexedFile } from "../sources/file-source.ts";
import type { Adoption } from "../targets/consent.ts";

/** One object that is ours. digest is empty between the claim and the first write; it may be one of version 1. */
export type InventoryRecord = {
  /** The file of the source that it came from. */
  readonly file: string;
  /** Of the sealed object, not of any value. */
  readonly digest: string;
  /** Identity and change times of the files written; tells a hand edit without opening anything. */
  readonly fingerprint: string;
  readonly policy: SyncPolicy;
  /** How it was taken over, where it was there before. */
  readonly adopted?: Adoption | undefined;
  /** Files that could not be read when it was no longer in its own: it may be there. */
  readonly maybeIn?: readonly string[] | undefined;
};

/** The whole inventory. */
export type Inventory = {
  readonly boot: string;
  readonly source: string;
  readonly objects: Map<string, InventoryRecord>;
  readonly files: Map<string, IndexedFile>;
  /** Files that could not be read in the last pass, with their stamps; undefined before the first. */
  unreadable: ReadonlyMap<string, string> | undefined;
};

type Stored = {
  readonly version: 2;
  readonly boot: string;
  readonly source: string;
  readonly objects: Readonly<Record<string, InventoryRecord>>;
  readonly files: Readonly<Record<string, IndexedFile>>;
  readonly unreadable?: Readonly<Record<string, string>>;
};

function isMapOf(value: unknown, isItem: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === "object" && item !== null && isItem(item));
}

const CHOICES: Readonly<Record<keyof SyncPolicy, readonly unknown[]>> = {
  drift: ["Correct", "Detect", "Ignore"],
  adopt: ["Never", "IfUnowned", "Merge"],
  deletion: ["Delete", "Orphan"],
  suspend: [true, false],
};

const isPolicy = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(CHOICES).every(([field, choices]) => choices.includes((value as Record<string, unknown>)[field]));

const isAdopted = (value: unknown) => value === undefined || value === "IfUnowned" || value === "Merge";

const isText = (value: unknown) => typeof value === "string";

const isTextList = (value: unknown) => value === undefined || (Array.isArray(value) && value.every(isText));

const isRecord = ({ file, digest, fingerprint, policy, adopted, maybeIn }: Readonly<Record<string, unknown>>) =>
  [file, digest, fingerprint].every(isText) && isPolicy(policy) && isAdopted(adopted) && isTextList(maybeIn);

const isIndexed = ({ object, digest, policy }: Readonly<Record<string, unknown>>) =>
  [object, digest].every((field) => typeof field === "string") && isPolicy(policy);

const isFile = ({ stamp, objects }: Readonly<Record<string, unknown>>) =>
  typeof stamp === "string" && Array.isArray(objects) && isMapOf({ ...objects }, isIndexed);

function isStored(value: Partial<Stored> | undefined): value is Stored {
  if (value?.version !== 2 || typeof value.boot !== "string" || typeof value.source !== "string") return false;
  const { unreadable = {} } = value;
  const isTexts = typeof unreadable === "object" && unreadable !== null && Object.values(unreadable).every(isText);
  return isTexts && isMapOf(value.objects, isRecord) && isMapOf(value.files, isFile);
}

/** As an earlier version wrote it: the digests are of another form, and of the policy only this was put down. */
type Stored1 = Omit<Stored, "version" | "objects"> & {
  readonly version: 1;
  readonly objects: Readonly<Record<string, InventoryRecord & { readonly deletion: SyncPolicy["deletion"] }>>;
};

const isRecord1 = ({ deletion }: Readonly<Record<string, unknown>>) => CHOICES.deletion.includes(deletion);

/** What was ours stays ours, and everything is looked at again. */
function fromVersion1(value: Stored1 | Partial<Stored> | null): Partial<Stored> | undefined {
  if (value?.version !== 1) return value ?? undefined;
  if (!isMapOf(value.objects, isRecord1)) return undefined;
  const objects = Object.entries(value.objects).map(([object, { deletion, ...record }]): [string, InventoryRecord] => [
    object,
    { ...record, policy: { ...DEFAULT_POLICY, deletion } },
  ]);
  return { ...value, version: 2, objects: Object.fromEntries(objects), files: {} };
}

function parseStored(file: string, text: string): Stored {
  try {
    const stored = fromVersion1(JSON.parse(text) as Stored1 | Partial<Stored> | null);
    if (isStored(stored)) return stored;
  } catch {
    // The parser would quote what is in the file.
  }
  throw new LacreError("TARGET_FAILED", `${file} is not an inventory that this version wrote`, {
    hint: `nothing is written or removed; restore it from a backup, or: mv ${file} ${file}.damaged (what it named counts as not ours then: it is neither written nor removed, until its directory is removed or spec.adopt is IfUnowned)`,
  });
}

/** The stored inventory; an empty one where there is none. A damaged one is an error: guessing could remove what is not ours. */
export function readInventory(file: string, source: string): Inventory {
  const boot = bootId();
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { boot, source, objects: new Map(), files: new Map(), unreadable: undefined };
  }
  const stored = parseStored(file, text);
  // After a power cut, files may not hold what was written last.
  const isTrusted = stored.boot === boot && boot !== "";
  const records = Object.entries(stored.objects);
  return {
    boot,
    source,
    // Another boot or another source: everything is ours still, but everything is looked at again.
    objects: new Map(isTrusted ? records : records.map(([object, record]) => [object, { ...record, fingerprint: "" }])),
    files: stored.source === source ? new Map(Object.entries(stored.files)) : new Map(),
    unreadable: stored.unreadable && new Map(Object.entries(stored.unreadable)),
  };
}

/** Writes the inventory. */
export function writeInventory(file: string, inventory: Inventory): void {
  const stored: Stored = {
    version: 2,
    boot: inventory.boot,
    source: inventory.source,
    objects: Object.fromEntries(inventory.objects),
    files: Object.fromEntries(inventory.files),
    ...(inventory.unreadable !== undefined && { unreadable: Object.fromEntries(inventory.unreadable) }),
  };
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, JSON.stringify(stored), 0o600);
}
