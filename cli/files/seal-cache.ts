/**
 * Remembers on this machine which token holds which value, so that sealing again keeps the tokens of unchanged values.
 * What it holds: for every token a keyed hash (HMAC-SHA-256) of place and value. The key never leaves this machine, so
 * the file says nothing to who has only the file. Delete it at any time: rm -r ~/.cache/lacre
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { toHex, utf8 } from "../../src/bytes.ts";
import type { Engine } from "../../src/crypto/index.ts";
import type { Context } from "../../src/model/index.ts";
import { cacheDirectory } from "../../src/node/cache-directory.ts";
import { writeNew } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";

const KEY_BYTES = 32;
const RECORD = /^([0-9a-f]{32}) ([0-9a-f]{32})$/;
const MAX_RECORDS = 400_000;

/** The cache of one run. Failing to read or write it is never an error: values are sealed anew then. */
export type SealCache = {
  /** True when the token is known to hold this value at this place. */
  readonly holds: (token: string, place: Context, value: Uint8Array) => boolean;
  readonly remember: (token: string, place: Context, value: Uint8Array) => void;
  readonly save: () => void;
};

/** A cache that knows nothing. */
export const NO_CACHE: SealCache = { holds: () => false, remember: () => undefined, save: () => undefined };

/** Who runs; undefined where a system has no owners. */
type Owner = CommandContext["uid"];

function isOwn(stat: fs.Stats, own: Owner): boolean {
  return stat.isFile() && stat.nlink === 1 && (own === undefined || (stat.uid === own && (stat.mode & 0o077) === 0));
}

/** Opens a file of the cache if it is one, and ours alone; one that is not is removed: it may be anybody's. */
function openOwn(file: string, own: Owner, flags: number): number | undefined {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== false) {
    const descriptor = fs.openSync(
      file,
      flags | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0),
      0o600,
    );
    if (isOwn(fs.fstatSync(descriptor), own)) return descriptor;
    fs.closeSync(descriptor);
  }
  fs.rmSync(file, { force: true });
  return undefined;
}

/** The bytes of a file of the cache; undefined where there is none that can be trusted. */
function readOwn(file: string, own: Owner): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openOwn(file, own, fs.constants.O_RDONLY);
    return descriptor === undefined ? undefined : fs.readFileSync(descriptor);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function loadKey(directory: string, own: Owner, engine: Engine): Uint8Array {
  const file = path.join(directory, "seal-cache.key");
  const found = readOwn(file, own);
  if (found?.length === KEY_BYTES) return found;
  // A link, or one that was cut: what is there cannot be the key that tags were made with.
  fs.rmSync(file, { force: true });
  const key = engine.randomBytes(KEY_BYTES);
  writeNew(file, key, 0o600);
  return key;
}

function loadRecords(file: string, own: Owner): Map<string, string> {
  const text = readOwn(file, own)?.toString("latin1") ?? "";
  const records = new Map<string, string>();
  for (const line of text.split("\n")) {
    const record = RECORD.exec(line);
    if (record !== null) records.set(record[1] as string, record[2] as string);
  }
  return records;
}

/** Several runs may append at once. */
function append(file: string, own: Owner, lines: string): void {
  const flags = fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT;
  const descriptor = openOwn(file, own, flags) ?? openOwn(file, own, flags | fs.constants.O_EXCL);
  if (descriptor === undefined) return;
  try {
    if (fs.fstatSync(descriptor).size > MAX_RECORDS * 66) fs.ftruncateSync(descriptor);
    fs.writeFileSync(descriptor, lines);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Opens the cache, or one that knows nothing where it cannot be kept. */
export function openSealCache(context: CommandContext, engine: Engine): SealCache {
  try {
    const directory = cacheDirectory(context.env);
    if (directory === undefined) return NO_CACHE;
    const key = loadKey(directory, context.uid, engine);
    return createCache(engine, key, path.join(directory, "seal-cache"), context.uid);
  } catch {
    return NO_CACHE;
  }
}

function createCache(engine: Engine, key: Uint8Array, file: string, own: Owner): SealCache {
  // Read on the first question only: sealing something new asks none.
  let records: Map<string, string> | undefined;
  const added: string[] = [];
  const digest = (bytes: Uint8Array) => toHex(bytes.subarray(0, 16));
  const tokenId = (token: string) => digest(engine.sha256(utf8(token)));
  const tag = ({ namespace, name, key: entry }: Context, value: Uint8Array) => {
    const place = utf8(JSON.stringify(["lacre/seal-cache/1", namespace, name, entry]));
    return digest(engine.hmacSha256(key, Buffer.concat([engine.sha256(place), value])));
  };
  return {
    holds: (token, place, value) => {
      records ??= loadRecords(file, own);
      return records.get(tokenId(token)) === tag(place, value);
    },
    remember: (token, place, value) => void added.push(`${tokenId(token)} ${tag(place, value)}\n`),
    save: () => {
      if (added.length === 0) return;
      try {
        append(file, own, added.join(""));
      } catch {
        // Sealing anew costs a moment and some noise in a diff, nothing else.
      }
    },
  };
}
