/** Errors of the file system, and of what a file holds, in the words of the user: the same in both programs. */
import * as path from "node:path";
import { LacreError } from "../errors.ts";

/** An error of the file system while reading. shown: the file as the user named it. */
export function readError(shown: string, error: unknown): LacreError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new LacreError("INPUT_NOT_FOUND", `${shown}: no such file`, { hint: "check the path", cause: error });
  }
  if (code === "EISDIR") {
    return new LacreError("INPUT_IS_DIRECTORY", `${shown} is a directory`, { hint: "name a file in it", cause: error });
  }
  return new LacreError("INPUT_UNREADABLE", `${shown} cannot be read`, {
    hint: code === "EACCES" || code === "EPERM" ? `check its permissions: ls -l ${shown}` : `the system says ${code}`,
    cause: error,
  });
}

/** An error of the file system while writing. A LacreError stays what it is. */
export function writeError(file: string, error: unknown): LacreError {
  if (error instanceof LacreError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "an unknown error";
  const hints: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full; the old file is untouched",
    EDQUOT: "your disk quota is used up; the old file is untouched",
    EFBIG: "it is over the size that this system allows; the old file is untouched",
    EACCES: `you may not write here: ls -ld ${path.dirname(file)}`,
    EPERM: `you may not write here: ls -ld ${path.dirname(file)}`,
    EROFS: "this file system is read-only",
    ENOENT: `there is no directory ${path.dirname(file)}`,
    ENOTDIR: `${path.dirname(file)} is not a directory`,
    EISDIR: "name a file, not a directory",
  };
  return new LacreError("OUTPUT_FAILED", `${file} cannot be written`, {
    hint: hints[code] ?? `the system says ${code}; the old file is untouched`,
    cause: error,
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

/** Does something with what a file holds; its errors name the file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof LacreError ? nameFile(file, error) : error;
  }
}
