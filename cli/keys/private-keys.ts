/** Private key files on this machine: read only when nobody else can, written 0600 and never over anything. */
import * as path from "node:path";
import { Keyring, type PrivateKey } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { readPrivateKeys } from "../../src/keys/index.ts";
import { inFile, writeError } from "../../src/node/file-error.ts";
import { isCommittable, readKeyFile, refuseSharedKeyPlace } from "../../src/node/key-file.ts";
import { writeNew } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { isDirectory, resolvePath } from "../files/files.ts";

/** Names the private key file where no option does. */
const KEY_FILE_VARIABLE = "LACRE_KEY_FILE";

/** The key files that were named, or the one of LACRE_KEY_FILE. */
export function keyFilesOf(context: CommandContext, named: readonly string[]): readonly string[] {
  const fallback = context.env[KEY_FILE_VARIABLE];
  return named.length > 0 ? named : fallback ? [fallback] : [];
}

/** All private keys of the files named, or of LACRE_KEY_FILE. */
export async function loadPrivateKeys(
  context: CommandContext,
  files: readonly string[],
): Promise<readonly PrivateKey[]> {
  const named = keyFilesOf(context, files);
  if (named.length === 0) {
    throw new LacreError("NO_PRIVATE_KEY", "opening needs a private key", {
      hint: `name its file with --key-file FILE or in ${KEY_FILE_VARIABLE}; to change a value none is needed: lacre set`,
    });
  }
  const engine = await context.engine();
  return named.flatMap((file) => {
    const { text } = readKeyFile(resolvePath(context, file), context.env, file);
    return inFile(file, () => readPrivateKeys(engine, text));
  });
}

/** A keyring of {@link loadPrivateKeys}, wiped when the work is done. */
export async function withKeyring<T>(
  context: CommandContext,
  files: readonly string[],
  work: (keyring: Keyring) => T | Promise<T>,
): Promise<T> {
  const keyring = new Keyring(await loadPrivateKeys(context, files));
  try {
    return await work(keyring);
  } finally {
    keyring.wipe();
  }
}

/** Refuses a place for private keys that Git would take into the repository. */
export function refuseCommittable(context: CommandContext, file: string): void {
  if (!isCommittable(resolvePath(context, file), context.env)) return;
  throw new LacreError("KEY_FILE_UNSAFE", `${file} would lie in a Git work tree and could be committed`, {
    hint: `write it elsewhere, or list it in .gitignore first: echo /${path.basename(file)} >> .gitignore`,
  });
}

/** Writes a new private file, mode 0600, where Git would not take it and others may not replace it. */
export function writePrivateFile(context: CommandContext, file: string, text: string): void {
  refuseCommittable(context, file);
  const absolute = resolvePath(context, file);
  if (isDirectory(context, path.dirname(absolute))) refuseSharedKeyPlace(absolute, file);
  writeNewFile(context, file, text);
}

/** Writes a new file, mode 0600. OUTPUT_EXISTS rather than over another: a lost key cannot be made again. */
export function writeNewFile(context: CommandContext, file: string, text: string): void {
  try {
    writeNew(resolvePath(context, file), text, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new LacreError("OUTPUT_EXISTS", `${file} exists already`, {
        hint: "what a private file holds may be the only copy: name a new one",
        cause: error,
      });
    }
    throw writeError(file, error);
  }
}
