/** Every text of a tree once, with the keys above it. */
import { expect, it } from "vitest";
import { textsOf } from "../../../../src/format/foreign/leaves.ts";
import { readTrees, type Tree } from "../../../../src/format/yaml/tree.ts";

const texts = (text: string) =>
  [...textsOf(readTrees(text)[0]?.root as Tree)].map(({ path, node }) => [path.join("."), node.text]);

it("texts have the keys above them as their path, and items of a list that of the list", () => {
  expect(texts("a: x\nb:\n  c: y\n  d: [z, {e: w}]\n")).toEqual([
    ["a", "x"],
    ["b.c", "y"],
    ["b.d", "z"],
    ["b.d.e", "w"],
  ]);
});

it("what aliases repeat is there once, under the first of its keys, and no tree grows by them", () => {
  const bomb = ["a0: &a0 [x]", ...Array.from({ length: 20 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)];
  expect(texts(bomb.join("\n"))).toEqual([["a0", "x"]]);
});

it("a tree that is one text has no keys above it", () => {
  expect(texts("x\n")).toEqual([["", "x"]]);
});
