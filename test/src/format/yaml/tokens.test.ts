/** How much a parser would make of a text, before it is parsed. */
import { describe, expect, it } from "vitest";
import { hasMoreTokens } from "../../../../src/format/yaml/tokens.ts";

describe("the tokens of a text", () => {
  it("are never more than its characters: a short text is not even looked at", () => {
    expect([hasMoreTokens("[[[[", 4), hasMoreTokens("[[[[", 3)]).toEqual([false, true]);
  });

  it("are its scalars and indicators", () => {
    // Two keys, two colons and two values.
    const text = "first-key: first-value\nsecond-key: second-value\n";
    expect([hasMoreTokens(text, 9), hasMoreTokens(text, 5)]).toEqual([false, true]);
  });

  it("count a long scalar once, also one of many lines", () => {
    expect(hasMoreTokens(`a: "${"x".repeat(10_000)}"\n`, 5)).toBe(false);
    expect(hasMoreTokens(`a: |\n${"  some text\n".repeat(1_000)}`, 10)).toBe(false);
  });

  it("count four blanks, line ends or comments as one", () => {
    const lines = "# comment\n".repeat(100);
    expect([hasMoreTokens(lines, 60), hasMoreTokens(lines, 40)]).toEqual([false, true]);
    expect(hasMoreTokens("\n".repeat(1_000), 200)).toBe(true);
  });

  it("count also what does not belong there", () => {
    expect(hasMoreTokens("]}".repeat(1_000), 500)).toBe(true);
  });
});
