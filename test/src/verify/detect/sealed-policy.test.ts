/** Which environments a file may be of. */
import { describe, expect, it } from "vitest";
import { policyFor } from "../../../../src/verify/detect/sealed-policy.ts";

const recipients = { prod: [[["a"]]], staging: [[["b"]]], any: [[["c"]]] };
const paths = { prod: ["prod/"], staging: ["staging/", "prod/shared.yaml"] };

describe("a file", () => {
  it.each([
    ["below the paths of one", "prod/a.yaml", ["prod"]],
    ["below the paths of two", "prod/shared.yaml", ["prod", "staging"]],
    ["below none: of those without paths", "other/a.yaml", ["any"]],
  ])("%s: %s", (_, path, names) => {
    expect(Object.keys(policyFor(path, { recipients, paths }).recipients ?? {})).toEqual(names);
  });

  it("is of any, where no environment has paths", () => {
    expect(policyFor("a", { recipients }).recipients).toBe(recipients);
  });

  it("is held against nothing, where nobody is named", () => {
    expect(policyFor("a", { paths })).toEqual({ paths });
  });

  it("is not of an environment that is called like a method of every object", () => {
    expect(Object.keys(policyFor("a", { recipients: { toString: [[["a"]]] }, paths: {} }).recipients ?? {})).toEqual([
      "toString",
    ]);
  });
});
