/** ejson: every string but those below an underscore. */
import { expect, it } from "vitest";
import { EJSON } from "../../../../src/format/foreign/ejson.ts";
import { readTrees, type Tree } from "../../../../src/format/yaml/tree.ts";

const tree = (text: string) => readTrees(text)[0]?.root as Tree;

it("a file of ejson is one that names its public key", () => {
  expect(EJSON.tree.isOne(tree('{"_public_key": "ab"}'))).toBe(true);
  expect(EJSON.tree.isOne(tree('{"public_key": "ab"}'))).toBe(false);
});

it("strings are meant to be sealed, but not below an underscore; numbers are no strings", () => {
  const text = '{"_public_key": "ab", "a": "EJ[1:x:y:z]", "b": {"c": "plain", "_d": "note"}, "_e": {"f": "g"}, "h": 5}';
  const leaves = EJSON.tree
    .leaves(tree(text))
    .map(({ path, isMeant, isSealed }) => [path.join("."), isMeant, isSealed]);
  expect(leaves).toEqual([
    ["_public_key", false, false],
    ["a", true, true],
    ["b.c", true, false],
    ["b._d", false, false],
    ["_e.f", false, false],
  ]);
});
