/** Lines around an offset, looked for only nearby. */
import { expect, it } from "vitest";
import { lineBefore, lineEnd, lineStart } from "../../../../src/verify/text/nearby.ts";

it("a line begins behind a line break and ends in front of one", () => {
  const text = "ab\ncd\nef";
  expect([lineStart(text, 4), lineEnd(text, 4), lineBefore(text, 5)]).toEqual([3, 5, "cd"]);
  expect([lineStart(text, 0), lineEnd(text, 7)]).toEqual([0, 8]);
});

it("in a line of megabytes nobody looks further than some thousand characters", () => {
  const text = "x".repeat(100_000);
  expect(lineStart(text, 50_000)).toBe(48_000);
  expect(lineEnd(text, 50_000)).toBe(70_000);
});
