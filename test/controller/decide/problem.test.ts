/** What a failure is told as: in our own words, and the system's only by their code. */
import { expect, describe as group, it } from "vitest";
import { describe, failureOf } from "../../../controller/decide/problem.ts";
import { LacreError } from "../../../src/errors.ts";

const system = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

const ERRORS: readonly (readonly [string, unknown, string])[] = [
  [
    "one of ours in its own words",
    new LacreError("TARGET_FAILED", "the disk is not ours", { hint: "ask whose it is" }),
    "the disk is not ours",
  ],
  ["one of the system by its code", system("open '/run/hunter2'", "EACCES"), "it cannot be written (EACCES)"],
  ["one without a code not at all", system("hunter2"), "it cannot be written"],
];

group("a failure", () => {
  it.each(ERRORS)("is described, %s", (_what, error, message) => {
    expect(describe(error, "it cannot be written")).toBe(message);
  });

  it("of a target's system is one that time may mend", () => {
    expect(failureOf(system("no", "ENOSPC"), "full")).toEqual({ reason: "WriteFailed", message: "full (ENOSPC)" });
  });
});
