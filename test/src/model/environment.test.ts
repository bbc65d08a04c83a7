/** The environment that counts where none is named. */
import { describe, expect, it } from "vitest";
import { defaultEnvironmentOf } from "../../../src/model/environment.ts";

const verify = { paths: [], allow: [], scopes: [], suites: [] };
const of = (names: readonly string[], said?: string) =>
  defaultEnvironmentOf({
    environments: new Map(names.map((name) => [name, { name, keys: [`${name}.keys`] }])),
    verify,
    ...(said !== undefined && { defaultEnvironment: said }),
  });

describe("the default environment", () => {
  it("is the one that is said", () => {
    expect(of(["dev", "prod"], "prod")).toBe("prod");
  });

  it("is the only one, where none is said", () => {
    expect(of(["prod"])).toBe("prod");
  });

  it("is none of several, and none of none: nobody is guessed to be sealed for", () => {
    expect([of(["dev", "prod"]), of([])]).toEqual([undefined, undefined]);
  });
});
