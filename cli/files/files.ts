/** Reading what the user names, with one clear error for each way it can be missing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { decodeSource, type Source } from "../../src/format/index.ts";
import { repeatable } from "../../src/model/index.ts";
import { readError } from "../../src/node/file-error.ts";
import type { CommandContext } from "../context.ts";
import { readAnyFile } from "./slow-input.ts";

/** Stands for standard input where a file is named. */
export const STDIN = "-";

const PRIVATE_WORD = /^(?:AGE-SECRET-KEY-|lacre-(?:private|signing-private|identity|share)-1\.)/i;

/** An absolute path from what the user typed. KEY_IS_PRIVATE for a private key in a file's place, which is not repeated. */
export function resolvePath(context: CommandContext, file: string): string {
  if (PRIVATE_WORD.test(file)) {
    throw new LacreError("KEY_IS_PRIVATE", "a private key was given on the command line, where others can see it", {
      hint: "treat it as known to others and replace it; private keys are read from 0600 files",
    });
  }
  return path.resolve(context.cwd, file);
}

/** The bytes of a file or of standard input. */
export async function readInput(context: CommandContext, file: string): Promise<Uint8Array> {
  if (file === STDIN) return context.readStdin();
  const absolute = resolvePath(context, file);
  try {
    return await readAnyFile(absolute, file);
  } catch (error) {
    throw error instanceof LacreError ? error : readError(shownInput(file), error);
  }
}

/** KEY=value in a file's place is a slip of somebody who meant a value: it is not repeated. */
function shownInput(file: string): string {
  return /^[A-Za-z_][\w.-]*[=:]/.test(file) ? repeatable(file) : file;
}

/** The text of a file or of standard input, with the name that errors show. */
export async function readSource(context: CommandContext, file: string): Promise<Source> {
  return decodeSource(file === STDIN ? "standard input" : file, await readInput(context, file));
}

/** The bytes of a file, at once. INPUT_UNREADABLE for a device or a FIFO, which may never end; the errors of the system. */
export function readRegular(absolute: string, shown: string): Uint8Array {
  const stat = fs.statSync(absolute);
  if (stat.isFile() || stat.isDirectory()) return fs.readFileSync(absolute);
  throw new LacreError("INPUT_UNREADABLE", `${shown} is no regular file`, { hint: "name a file that is one" });
}

/** The text of a file that may not be there yet. */
export function readSourceIfPresent(context: CommandContext, file: string): Source | undefined {
  try {
    const bytes = readRegular(resolvePath(context, file), file);
    return bytes.length === 0 ? undefined : decodeSource(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error instanceof LacreError ? error : readError(file, error);
  }
}

/** True for a directory that exists. INPUT_UNREADABLE where nobody can say, as for a name that is too long. */
export function isDirectory(context: CommandContext, file: string): boolean {
  try {
    return fs.statSync(resolvePath(context, file), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw readError(file, error);
  }
}
