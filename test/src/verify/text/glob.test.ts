/** Path patterns, as .gitattributes and .lacre.yaml have them. */
import { expect, it } from "vitest";
import { globSource, matchesGlob } from "../../../../src/verify/text/glob.ts";

it.each([
  ["secrets/a.yaml", "secrets/a.yaml", true],
  ["secrets", "secrets/deep/a.yaml", true],
  ["secrets/", "secrets/a.yaml", true],
  ["*.yaml", "deep/a.yaml", true],
  ["secrets/*.yaml", "secrets/a.yaml", true],
  ["secrets/*.yaml", "secrets/deep/a.yaml", false],
  ["secrets/**", "secrets/deep/a.yaml", true],
  ["**/a.yaml", "a.yaml", true],
  ["/a.yaml", "a.yaml", true],
  ["a?.yaml", "ab.yaml", true],
  ["a.yaml", "aXyaml", false],
  ["secrets", "secrets-not", false],
  ["(a|b)", "a", false],
])("%s and %s: %s", (pattern, path, isMatch) => {
  expect(matchesGlob(pattern, path)).toBe(isMatch);
});

it("a pattern of a folder's own file starts in that folder", () => {
  const source = new RegExp(globSource("deploy/", "*.env"));
  expect(["deploy/a.env", "deploy/x/a.env", "a.env"].map((path) => source.test(path))).toEqual([true, true, false]);
});
