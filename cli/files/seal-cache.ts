/**
 * Remembers on this machine which token holds which value, so that sealing again keeps the tokens of unchanged values.
 * What it holds: for every token a keyed hash (HMAC-SHA-256) of place and value. The key never leaves this machine, so
 * the file says nothing to who has only the file. Delete it at any time: rm -r ~/.cache/lacre
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Context, type Engine, toHex, utf8 } from "../../src/index.ts";
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

function cacheDirectory(context: CommandContext): string {
  return path.join(context.env["XDG_CACHE_HOME"] || path.join(context.env["HOME"] || os.homedir(), ".cache"), "lacre");
}

function loadKey(directory: string, engine: Engine): Uint8Array {
  const file = path.join(directory, "seal-cache.key");
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, engine.randomBytes(KEY_BYTES), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const key = fs.readFileSync(file);
  if (key.length !== KEY_BYTES) throw new RangeError("seal-cache.key is damaged");
  return key;
}

function loadRecords(file: string): Map<string, string> {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "latin1") : "";
  const records = new Map<string, string>();
  for (const line of text.split("\n")) {
    const record = RECORD.exec(line);
    if (record !== null) records.set(record[1] as string, record[2] as string);
  }
  return records;
}

/** Opens the cache, or one that knows nothing where it cannot be kept. */
export function openSealCache(context: CommandContext, engine: Engine): SealCache {
  try {
    const directory = cacheDirectory(context);
    return createCache(engine, loadKey(directory, engine), path.join(directory, "seal-cache"));
  } catch {
    return NO_CACHE;
  }
}

function createCache(engine: Engine, key: Uint8Array, file: string): SealCache {
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
      records ??= loadRecords(file);
      return records.get(tokenId(token)) === tag(place, value);
    },
    remember: (token, place, value) => void added.push(`${tokenId(token)} ${tag(place, value)}\n`),
    save: () => {
      if (added.length === 0) return;
      try {
        const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        const isFull = size > MAX_RECORDS * 66;
        fs.writeFileSync(file, added.join(""), { flag: isFull ? "w" : "a", mode: 0o600 });
      } catch {
        // Sealing anew costs a moment and some noise in a diff, nothing else.
      }
    },
  };
}
