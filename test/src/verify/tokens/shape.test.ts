/** Shapes as data: the pattern, the words that announce it, and how far in front of them it may begin. */
import { describe, expect, it } from "vitest";
import { anchorsOf, compileShape, leadOf, run, type TokenShape } from "../../../../src/verify/tokens/shape.ts";

const shape = (more: Partial<TokenShape>): TokenShape => ({
  id: "a",
  name: "a",
  source: "https://example.org",
  parts: ["tk_", run("digits", 4)],
  ...more,
});

describe("a pattern", () => {
  it.each([
    ["as it is", "see tk_1234.", true],
    ["behind a letter", "xtk_1234", false],
    ["with a character of its own alphabet behind it", "tk_12345", false],
    ["too short", "tk_123", false],
    ["in another case", "TK_1234", false],
  ])("%s: %j", (_, text, isThere) => {
    expect(compileShape(shape({}).parts, "g").test(text)).toBe(isThere);
  });

  it("takes literals literally", () => {
    expect(compileShape(["a.b+", run("digits", 1, 3)], "g").test("a.b+12")).toBe(true);
    expect(compileShape(["a.b+", run("digits", 1, 3)], "g").test("aXbb12")).toBe(false);
  });
});

it("the first literal announces it, or the part that is named, or the name of the provider", () => {
  expect(anchorsOf(shape({}))).toEqual(["tk_"]);
  expect(anchorsOf(shape({ parts: [["a1", "b1"], run("hex", 2)] }))).toEqual(["a1", "b1"]);
  expect(anchorsOf(shape({ near: "acme" }))).toEqual(["acme"]);
  expect(() => anchorsOf(shape({ anchor: 1 }))).toThrow(TypeError);
});

it("what stands in front of its literal says how far to go back", () => {
  expect(leadOf(shape({}))).toEqual({ min: 0, max: 0 });
  expect(leadOf(shape({ parts: [run("hex", 2, 5), ["x", "yz"], "-at-"], anchor: 2 }))).toEqual({ min: 3, max: 7 });
});
