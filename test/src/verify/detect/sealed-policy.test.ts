/** Which environments a file may be of. */
import { describe, expect, it } from "vitest";
import { policiesFor } from "../../../../src/verify/detect/sealed-policy.ts";

const recipients = { prod: [[["a"]]], staging: [[["b"]]], any: [[["c"]]] };
const paths = { prod: ["prod/"], staging: ["staging/", "prod/shared.yaml"] };

describe("a file", () => {
  it.each([
    ["below the paths of one", "prod/a.yaml", ["prod"]],
    ["below the paths of two", "prod/shared.yaml", ["prod", "staging"]],
    ["below none: of those without paths", "other/a.yaml", ["any"]],
  ])("%s: %s", (_, path, names) => {
    expect(Object.keys(policiesFor(path, { recipients, paths })(undefined).recipients ?? {})).toEqual(names);
  });

  it("is of any, where no environment has paths", () => {
    expect(policiesFor("a", { recipients })(undefined).recipients).toEqual(recipients);
  });

  it("is held against nothing, where nobody is named", () => {
    expect(policiesFor("a", { paths })(undefined)).toEqual({ paths });
  });

  it("is not of an environment that is called like a method of every object", () => {
    expect(
      Object.keys(policiesFor("a", { recipients: { toString: [[["a"]]] }, paths: {} })(undefined).recipients ?? {}),
    ).toEqual(["toString"]);
  });

  it("with a value for an environment holds it against that one, whatever its place says of others", () => {
    const of = (path: string, environment: string) =>
      Object.keys(policiesFor(path, { recipients, paths })(environment).recipients ?? {});
    expect(of("other/a.yaml", "prod")).toEqual(["prod"]);
    expect(of("prod/a.yaml", "prod")).toEqual(["prod"]);
    expect(of("prod/a.yaml", "staging")).toEqual([]);
    expect(of("other/a.yaml", "nobody")).toEqual([]);
    expect(of("other/a.yaml", "toString")).toEqual([]);
  });
});
