/** Private key files on this machine: read only when nobody else can, written 0600 and never over anything. */
import * as fs from "node:fs";
import * as path from "node:path";
import { Keyring, LacreError, type PrivateKey, readPrivateKeys, refuseUnsafeKeyFile } from "../../src/index.ts";
import { writeError } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { readError, resolvePath } from "../files/files.ts";
import { isCommittable } from "../git/git.ts";

/** Names the private key file where no option does. */
const KEY_FILE_VARIABLE = "LACRE_KEY_FILE";

/** The text of a key file, once it is known to be safe. The checks are on the open file, which cannot be swapped. */
export function readKeyFile(file: string, shown: string): string {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw readError(shown, error);
    refuseUnsafeKeyFile(shown, { isSymlink: true, isRegular: false, isOwn: true, mode: 0, isCommittable: false });
    throw error;
  }
  try {
    const stat = fs.fstatSync(descriptor);
    refuseUnsafeKeyFile(shown, {
      isSymlink: false,
      isRegular: stat.isFile(),
      isOwn: stat.uid === process.getuid?.(),
      mode: stat.mode,
      isCommittable: isCommittable(file),
    });
    return fs.readFileSync(descriptor, "utf8");
  } finally {
    fs.closeSync(descriptor);
  }
}

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
    const text = readKeyFile(resolvePath(context, file), file);
    try {
      return readPrivateKeys(engine, text);
    } catch (error) {
      throw error instanceof LacreError ? nameFile(file, error) : error;
    }
  });
}

/** The same error with the file it is about. */
export function nameFile(file: string, error: LacreError): LacreError {
  const hint = error.hint;
  return new LacreError(
    error.code,
    `${file}: ${error.message}`,
    hint === undefined ? { cause: error } : { hint, cause: error },
  );
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
  if (!isCommittable(resolvePath(context, file))) return;
  throw new LacreError("KEY_FILE_UNSAFE", `${file} would lie in a Git work tree and could be committed`, {
    hint: `write it elsewhere, or list it in .gitignore first: echo /${path.basename(file)} >> .gitignore`,
  });
}

/** Writes a new private file, mode 0600, where Git would not take it. */
export function writePrivateFile(context: CommandContext, file: string, text: string): void {
  refuseCommittable(context, file);
  writeNewFile(context, file, text);
}

/** Writes a new file, mode 0600. OUTPUT_EXISTS rather than over another: a lost key cannot be made again. */
export function writeNewFile(context: CommandContext, file: string, text: string): void {
  try {
    const descriptor = fs.openSync(resolvePath(context, file), "wx", 0o600);
    try {
      fs.fchmodSync(descriptor, 0o600);
      fs.writeFileSync(descriptor, text);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
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
