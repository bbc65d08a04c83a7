/** kubeseal's SealedSecrets: ciphertext by the lengths inside, not by how it begins. */
import { describe, expect, it } from "vitest";
import { BITNAMI } from "../../../../src/format/foreign/bitnami.ts";
import { readTrees, type Tree } from "../../../../src/format/yaml/tree.ts";

const tree = (text: string) => readTrees(text)[0]?.root as Tree;
const sealed = (value: string) =>
  BITNAMI.tree
    .leaves(tree(`spec:\n  encryptedData:\n    a: ${JSON.stringify(value)}\n`))
    .map(({ isSealed }) => isSealed);
/** A wrapped key of so many bytes behind its length, and so many bytes of ciphertext. */
const bytes = (wrapped: number, rest: number) =>
  Buffer.concat([Buffer.from([wrapped >> 8, wrapped & 0xff]), Buffer.alloc(wrapped + rest, 7)]).toString("base64");

describe("a value under encryptedData", () => {
  it.each([
    ["a key of 2048 bits and a tag", bytes(256, 16), true],
    ["a key of 4096 bits and a longer value", bytes(512, 60), true],
    ["the tag is cut", bytes(512, 15), false],
    ["a length that no RSA key has", bytes(300, 16), false],
    ["base64 of a password", Buffer.from("hunter2hunter2").toString("base64"), false],
    ["no base64 at all", "not sealed!", false],
    ["nothing", "", false],
  ])("with %s is ciphertext or not", (_, value, isSealed) => {
    expect(sealed(value)).toEqual([isSealed]);
  });
});

it.each([
  ["kubeseal's own", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n", true],
  ["ours", "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\n", false],
  ["another kind of theirs", "apiVersion: bitnami.com/v1alpha1\nkind: Other\n", false],
  ["one without a version", "kind: SealedSecret\n", false],
])("a SealedSecret that is %s: %s", (_, text, isOne) => {
  expect(BITNAMI.tree.isOne(tree(text))).toBe(isOne);
});

it("an object without encryptedData has no values", () => {
  expect(BITNAMI.tree.leaves(tree("spec: {}\n"))).toEqual([]);
});
