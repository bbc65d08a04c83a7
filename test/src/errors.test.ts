/** The one class of errors. */
import { expect, it } from "vitest";
import { LacreError } from "../../src/errors.ts";

it("an error has its code, its message and its next step, and a cause only where there is one", () => {
  const error = new LacreError("CONFLICT", "somebody else writes", { hint: "try again" });
  expect([error.name, error.code, error.message, error.hint]).toEqual([
    "LacreError",
    "CONFLICT",
    "somebody else writes",
    "try again",
  ]);
  expect("cause" in error).toBe(false);
  const cause = new Error("below");
  const other = new LacreError("GIT_FAILED", "git ended", { hint: "try again", cause });
  expect([other.cause, other.hint, other instanceof Error]).toEqual([cause, "try again", true]);
});
