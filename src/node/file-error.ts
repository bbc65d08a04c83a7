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

/** Calls that only look. An open that fails for want of room or rights to write was one to write. */
const LOOKING: ReadonlySet<string> = new Set([
  "open",
  "read",
  "stat",
  "lstat",
  "fstat",
  "scandir",
  "readlink",
  "access",
  "realpath",
  "statfs",
  "opendir",
]);
const OF_WRITING: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EFBIG", "EEXIST"]);

/**
 * What the operating system said no to, where nobody nearer to the file knew what to say of it; undefined for an error
 * that is not the system's. A full disk, a file that vanished or a directory that may not be read is no bug in lacre.
 */
export function systemError(error: unknown): LacreError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { syscall, code, path: file } = error as NodeJS.ErrnoException;
  if (code === "ERR_FS_FILE_TOO_LARGE")
    return new LacreError("INPUT_TOO_LARGE", "a file is larger than can be read", {
      hint: "name the file that was meant",
      cause: error,
    });
  if (syscall === undefined || code === undefined) return undefined;
  if (syscall.startsWith("spawn"))
    return new LacreError("COMMAND_FAILED", `${syscall.replace(/^spawn ?/, "") || "a program"} cannot be run`, {
      hint: "is it installed and in PATH?",
      cause: error,
    });
  if (file === undefined && !LOOKING.has(syscall) && syscall !== "write") return undefined;
  const shown = file ?? "a file";
  return LOOKING.has(syscall) && !OF_WRITING.has(code) ? readError(shown, error) : writeError(shown, error);
}

/** The same error with the file it is about. */
export function nameFile(file: string, error: LacreError): LacreError {
  return new LacreError(error.code, `${file}: ${error.message}`, { hint: error.hint, cause: error });
}

/** Does something with what a file holds; its errors name the file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof LacreError ? nameFile(file, error) : error;
  }
}
