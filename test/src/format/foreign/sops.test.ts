/** Which values of a file SOPS was told to encrypt, and which it has. */
import { describe, expect, it } from "vitest";
import { missingMac, SOPS } from "../../../../src/format/foreign/sops.ts";
import { readTrees, type Tree } from "../../../../src/format/yaml/tree.ts";

const ENC = "ENC[AES256_GCM,data:p673w==,iv:YY=,tag:A=,type:str]";
const tree = (text: string) => readTrees(text)[0]?.root as Tree;
/** Paths of the values in the clear that should not be. */
const open = (text: string) =>
  SOPS.tree
    .leaves(tree(text))
    .filter(({ isMeant, isSealed }) => isMeant && !isSealed)
    .map(({ path }) => path.join("."));

describe("a document", () => {
  it.each([
    ["one with its metadata", `a: ${ENC}\nsops:\n  mac: x\n`, true],
    ["one whose metadata is a text", "sops: yes\n", false],
    ["one whose metadata holds nothing that SOPS writes", "sops:\n  enabled: true\n", false],
    ["one without any", "a: b\n", false],
  ])("%s is of SOPS: %s", (_, text, isOne) => {
    expect(SOPS.tree.isOne(tree(text))).toBe(isOne);
  });

  it.each([
    ["everything, if nothing else is said", "", ["b.c", "b.d_plain", "e"]],
    ["nothing behind the suffix that is never encrypted", "unencrypted_suffix: _plain", ["b.c", "e"]],
    ["only what is behind a suffix", "encrypted_suffix: _plain", ["b.d_plain"]],
    ["only what a pattern names", "encrypted_regex: ^b$", ["b.c", "b.d_plain"]],
    ["only what a pattern names, in either case", "encrypted_regex: (?i)^E$", ["e"]],
    ["all but what a pattern names", "unencrypted_regex: ^b$", ["e"]],
    ["everything, where the pattern is none", "encrypted_regex: '('", ["b.c", "b.d_plain", "e"]],
    ["nothing that can be told, where comments decide", "encrypted_comment_regex: x", []],
  ])("was to encrypt %s", (_, rule, paths) => {
    expect(open(`a: ${ENC}\nb:\n  c: x\n  d_plain: y\ne: z\nsops:\n  mac: m\n  ${rule}\n`)).toEqual(paths);
  });

  it("without any ciphertext was meant whole, whatever its rules say", () => {
    expect(open("a: x\nb: y\nsops:\n  mac: m\n  encrypted_regex: ^a$\n")).toEqual(["a", "b"]);
  });

  it("that holds one value in many places has it once below each of its keys", () => {
    expect(open(`a: ${ENC}\nb: &b {c: x}\nd: [*b, *b]\nsops:\n  mac: m\n`)).toEqual(["b.c", "d.c"]);
  });

  it.each([
    ["its MAC is there", `a: ${ENC}\nsops:\n  mac: m\n`, undefined],
    ["its MAC is gone", `a: ${ENC}\nsops:\n  version: 3\n`, `a: ${ENC}\nsops:\n  `.length],
    ["nothing in it is encrypted", "a: b\nsops:\n  version: 3\n", undefined],
    ["it is none of SOPS", "a: b\n", undefined],
  ])("lacks its MAC or not: %s", (_, text, at) => {
    expect(missingMac(tree(text))).toBe(at);
  });
});

describe("a file of lines", () => {
  const leaves = (text: string) =>
    SOPS.lines.leaves(text).map(({ path, isMeant, isSealed }) => [...path, isMeant, isSealed]);

  it.each([
    ["variables", "A=b\nsops_mac=x\n", true],
    ["a section", "[a]\nb=c\n[sops]\nmac = x\n", true],
    ["a section without a MAC", "[sops]\nversion = 3\n", false],
    ["no metadata", "A=b\n", false],
  ])("with %s is of SOPS: %s", (_, text, isOne) => {
    expect(SOPS.lines.isOne(text)).toBe(isOne);
  });

  it("has the values above its metadata, in quotes or not", () => {
    expect(leaves(`A=${ENC}\nB="plain"\nexport C='${ENC}'\nsops_mac=x\nsops_unencrypted_suffix=_p\nD_p=1\n`)).toEqual([
      ["A", true, true],
      ["B", true, false],
      ["C", true, true],
      ["D_p", false, false],
    ]);
  });

  it("ends where the section of the metadata begins", () => {
    expect(leaves(`a = ${ENC}\n[sops]\nmac = plain\n`)).toEqual([["a", true, true]]);
  });

  it("says where a value stands, without its name", () => {
    const text = "A=b\nB = 'c d'\nsops_mac=x\n";
    expect(SOPS.lines.leaves(text).map(({ start, end }) => text.slice(start, end))).toEqual(["b", "'c d'"]);
  });
});
