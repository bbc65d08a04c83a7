/** Texts of one thing a line. */
import { expect, it } from "vitest";
import { contentLines } from "../../../src/model/lines.ts";

it("the lines that say something are those that are neither empty nor a comment, without blanks around them", () => {
  expect(contentLines("# about\n\n  one \r\n\t# two\n three # four\n\r\n")).toEqual(["one", "three # four"]);
  expect(contentLines("")).toEqual([]);
  expect(contentLines("one")).toEqual(["one"]);
});
