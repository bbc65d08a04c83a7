/** Errors of the file system in the words of the user. */
import { describe, expect, it } from "vitest";
import { LacreError } from "../../../src/errors.ts";
import { inFile, nameFile, readError, systemError, writeError } from "../../../src/node/file-error.ts";
import { refusalOf } from "../../support/refusal.ts";

const system = (code: string) => Object.assign(new Error(`${code}: a message that nobody shall see`), { code });

describe("an error while reading", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["ENOENT", "INPUT_NOT_FOUND", "check the path"],
    ["ENOTDIR", "INPUT_NOT_FOUND", "check the path"],
    ["EISDIR", "INPUT_IS_DIRECTORY", "name a file in it"],
    ["EACCES", "INPUT_UNREADABLE", "check its permissions: ls -l a.yaml"],
    ["EPERM", "INPUT_UNREADABLE", "check its permissions: ls -l a.yaml"],
    ["EIO", "INPUT_UNREADABLE", "the system says EIO"],
  ];
  it.each(rows)("that the system calls %s is %s, with a next step", (code, expected, hint) => {
    const cause = system(code);
    const error = readError("a.yaml", cause);
    expect([error.code, error.hint, error.cause]).toEqual([expected, hint, cause]);
    expect(error.message).toMatch(/^a\.yaml\b/);
    expect(error.message).not.toContain("nobody shall see");
  });
});

describe("an error while writing", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["ENOSPC", "the disk is full; the old file is untouched"],
    ["EDQUOT", "your disk quota is used up; the old file is untouched"],
    ["EFBIG", "it is over the size that this system allows; the old file is untouched"],
    ["EACCES", "you may not write here: ls -ld out"],
    ["EROFS", "this file system is read-only"],
    ["ENOENT", "there is no directory out"],
    ["ENOTDIR", "out is not a directory"],
    ["EISDIR", "name a file, not a directory"],
    ["EIO", "the system says EIO; the old file is untouched"],
  ];
  it.each(rows)("that the system calls %s says: %s", (code, hint) => {
    const error = writeError("out/a.yaml", system(code));
    expect([error.code, error.message, error.hint]).toEqual(["OUTPUT_FAILED", "out/a.yaml cannot be written", hint]);
  });

  it("that has no code is told as unknown, and one of ours stays what it is", () => {
    expect(writeError("a", new Error("x")).hint).toContain("an unknown error");
    const ours = new LacreError("CONFLICT", "somebody else writes", { hint: "wait" });
    expect(writeError("a", ours)).toBe(ours);
  });
});

describe("what is wrong with a file's content", () => {
  it("names the file, and keeps its code, its next step and its cause", () => {
    const error = new LacreError("KEY_INVALID", "it is cut", { hint: "copy it again" });
    expect(nameFile("prod.key", error)).toMatchObject({
      code: "KEY_INVALID",
      message: "prod.key: it is cut",
      hint: "copy it again",
      cause: error,
    });
  });

  it("names it where ours was thrown, and leaves every other error alone", () => {
    const fail = (error: unknown) => () =>
      inFile("a.yaml", () => {
        throw error;
      });
    expect(refusalOf(fail(new LacreError("NOT_SEALED", "no", { hint: "seal it" }))).message).toBe("a.yaml: no");
    const foreign = new TypeError("a mistake in the program");
    expect(fail(foreign)).toThrow(foreign);
    expect(inFile("a.yaml", () => 5)).toBe(5);
  });
});

describe("what the operating system says no to", () => {
  const failed = (syscall: string, code: string, file?: string) =>
    Object.assign(new Error("quotes something"), { syscall, code, ...(file !== undefined && { path: file }) });

  it.each([
    ["open", "ENOENT", "INPUT_NOT_FOUND"],
    ["scandir", "EACCES", "INPUT_UNREADABLE"],
    ["stat", "ELOOP", "INPUT_UNREADABLE"],
    ["read", "EISDIR", "INPUT_IS_DIRECTORY"],
    ["open", "EROFS", "OUTPUT_FAILED"],
    ["mkdir", "ENOTDIR", "OUTPUT_FAILED"],
    ["write", "ENOSPC", "OUTPUT_FAILED"],
    ["spawn git", "ENOENT", "COMMAND_FAILED"],
  ])("to %s with %s is %s", (syscall, code, expected) => {
    const error = systemError(failed(syscall, code, "a.yaml"));
    expect([error?.code, error?.message.includes("quotes")]).toEqual([expected, false]);
    expect(error?.hint).not.toBe("");
  });

  it("is nothing of that where it is a mistake in the program, or nobody knows of what", () => {
    for (const error of [new TypeError("x"), failed("connect", "ECONNREFUSED"), "text", undefined])
      expect(systemError(error)).toBeUndefined();
  });
});
