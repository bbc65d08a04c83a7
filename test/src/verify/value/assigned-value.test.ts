/** Where a value begins and ends. */
import { describe, expect, it } from "vitest";
import type { FileKind } from "../../../../src/verify/text/file-kind.ts";
import {
  assignedValue,
  pairedValue,
  readList,
  readMap,
  readQuoted,
} from "../../../../src/verify/value/assigned-value.ts";

const YAML: FileKind = { trust: "config", notation: "yaml" };
const SHELL: FileKind = { trust: "config", notation: "shell" };

describe("a quoted string", () => {
  it.each([
    ['"a" b', "a"],
    ["'it''s' b", "it''s"],
    ['"a \\" b" c', 'a \\" b'],
    ["'a \\' b", "a \\"],
    ['\\"a\\" b', "a"],
    ['"""a\nb""" c', "a\nb"],
    ["`a\nb`", "a\nb"],
    ['"not closed', undefined],
    ['"over\nlines"', undefined],
    ["none", undefined],
  ])("%j holds %j", (text, value) => {
    expect(readQuoted(text, 0)?.value).toBe(value);
  });

  it("is where it says", () => {
    const text = 'x = "abc"';
    const value = readQuoted(text, 4);
    expect(text.slice(value?.start, value?.end)).toBe("abc");
  });
});

describe("a bare value", () => {
  it("has its line to itself where its name begins the line", () => {
    expect(assignedValue("a: b c # d", 3, 0, YAML)?.value).toBe("b c");
  });

  it("ends at the next sign within braces", () => {
    expect(assignedValue("{a: b, c: d}", 4, 1, YAML)?.value).toBe("b");
  });

  it("ends at a blank in a shell", () => {
    expect(assignedValue("a=b c", 2, 0, SHELL)?.value).toBe("b");
  });

  it("beside its name has a line of its own, unless both stand in braces", () => {
    const line = "name: A\nvalue: b c";
    expect(pairedValue(line, 15, 6, YAML)?.value).toBe("b c");
    const braces = "{name: A, value: b c}";
    expect(pairedValue(braces, 17, 7, YAML)?.value).toBe("b");
    // The same two, read as what is assigned to a name: neither begins its line.
    expect(assignedValue(line, 15, 6, YAML)?.value).toBe("b");
  });

  it.each([
    ["a sequence", "a: [b]", undefined],
    ["a tag", "a: !Ref B", undefined],
    ["an anchor in front of it", "a: &x b", "b"],
    ["an object around it", 'a: {"value": "b"}', "b"],
  ])("behind %s: %j is %j", (_, text, value) => {
    expect(assignedValue(text, 3, 0, YAML)?.value).toBe(value);
  });

  it("of a here document is its lines", () => {
    expect(assignedValue("a=<<END\nb\nc\nEND\n", 2, 0, SHELL)?.value).toBe("b\nc");
  });
});

it("a list gives its strings, in brackets or below each other, and no maps", () => {
  expect(readList('["a", "b"]', 0)?.map(({ value }) => value)).toEqual(["a", "b"]);
  expect(readList("\n  - a\n  - 'b'\n  - c: d\nx", 0)?.map(({ value }) => value)).toEqual(["a", "b"]);
  expect(readList("a", 0)).toBeUndefined();
});

it("a map gives its values only where its name says that they are secrets", () => {
  const text = "secrets: {a: 12345678, b: short}";
  expect(readMap(text, 9, 0)?.map(({ value }) => value)).toEqual(["12345678"]);
  expect(readMap("labels: {a: 12345678}", 8, 0)).toBeUndefined();
});
