/** A key store on this machine: the key file of a standalone controller, with an identity and the states of its keys. */
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { formatKeyStore, isKeyStore, type KeyStore, parseKeyStore, wipeStore } from "../../src/keys/index.ts";
import { type KeyId, shortKeyId } from "../../src/model/index.ts";
import { inFile, writeError } from "../../src/node/file-error.ts";
import { readKeyFile } from "../../src/node/key-file.ts";
import { writeWhole } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { resolvePath } from "../files/files.ts";
import { withLock } from "../files/lock.ts";

/** The store in a key file, or KEY_INVALID for a file that holds bare keys. */
function readStore(context: CommandContext, engine: Engine, file: string): KeyStore {
  const { text } = readKeyFile(resolvePath(context, file), context.env, file);
  if (!isKeyStore(text)) {
    throw new LacreError("KEY_INVALID", `${file} holds bare keys: no identity, no states`, {
      hint: `make a key store of it: lacre keys generate --cluster NAME --adopt ${file} --key-file NEW`,
    });
  }
  return inFile(file, () => parseKeyStore(engine, text));
}

/** Works with a store and wipes it. */
export async function withStore<T>(
  context: CommandContext,
  file: string,
  work: (store: KeyStore, engine: Engine) => T | Promise<T>,
): Promise<T> {
  const engine = await context.engine();
  const store = readStore(context, engine, file);
  try {
    return await work(store, engine);
  } finally {
    wipeStore(store);
  }
}

/** Where a link came in its place meanwhile, the link is replaced and not followed. */
function writeStore(file: string, text: string): void {
  try {
    writeWhole(file, text, 0o600);
  } catch (error) {
    throw writeError(file, error);
  }
}

/** Reads, changes and writes a store while nobody else does; the same store back means that nothing is written. */
export async function changeStoreFile(
  context: CommandContext,
  file: string,
  change: (store: KeyStore, engine: Engine) => KeyStore,
): Promise<KeyStore> {
  const absolute = resolvePath(context, file);
  readKeyFile(absolute, context.env, file);
  return withLock(context, absolute, () =>
    withStore(context, file, (store, engine) => {
      const changed = change(store, engine);
      if (changed !== store) writeStore(absolute, formatKeyStore(engine, changed));
      for (const key of changed.keys) key.privateKey?.wipe();
      return changed;
    }),
  );
}

/** The one key that a prefix of its id names, or KEY_UNKNOWN with the keys that there are. */
export function resolveKeyId(given: string, known: readonly KeyId[]): KeyId {
  const wanted = given.toLowerCase();
  const [found, ...others] = wanted.length < 8 ? [] : known.filter((keyId) => keyId.startsWith(wanted));
  if (found !== undefined && others.length === 0) return found;
  throw new LacreError("KEY_UNKNOWN", `${others.length > 0 ? "several keys start" : "no key starts"} with ${given}`, {
    hint: `eight digits or more of: ${known.map(shortKeyId).join(", ") || "there are no keys"}`,
  });
}
