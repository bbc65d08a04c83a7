/** The one class of errors. */
import * as fs from "node:fs";
import { expect, it } from "vitest";
import { LacreError } from "../../src/errors.ts";
import { EXIT_CODES } from "../../src/node/exit-status.ts";

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

it("docs/errors.md explains every code, with its exit status and what to do, and no other", () => {
  const page = fs.readFileSync("docs/errors.md", "utf8");
  const [, ...sections] = page.split(/^### /m);
  const explained = sections.map((section) => [
    section.split("\n")[0],
    Number(/^Exit status (\d+)\. \S/m.exec(section)?.[1]),
    /^What to do: \S/m.test(section),
  ]);
  const all = Object.entries(EXIT_CODES).map(([code, status]) => [code, status, true]);
  expect(explained.sort()).toEqual(all.sort());
});
