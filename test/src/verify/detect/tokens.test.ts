/** Tokens by their shape: where their literal stands, or anywhere when the provider is named. */
import { expect, it } from "vitest";
import { TOKENS, TOKENS_NEARBY } from "../../../../src/verify/detect/tokens.ts";
import { TOKEN_RULES } from "../../../../src/verify/tokens/table.ts";
import { found } from "../../../support/detect.ts";

it.each([
  ["a token in a text", "see glpat-Zq81xTe49vLKd7mWab12 there", ["gitlab-token: glpat-Zq81xTe49vLKd7mWab12"]],
  ["one whose check does not add up", "ghp_Zq81xTe49vLKd7mWZq81xTe49vLKd7mW0000", []],
  ["one that stands for one", "glpat-xxxxxxxxxxxxxxxxxxxx", []],
  ["the example of the documentation", "AKIAIOSFODNN7EXAMPLE", []],
  ["one that is too short", "glpat-Zq81", []],
])("is reported or not: %s", (_, text, hits) => {
  expect(found(TOKENS, "a.txt", text).filter((hit) => !hit.startsWith("gitlab-routable"))).toEqual(hits);
});

it("every rule is looked for by one of the two, and by one only", () => {
  const ids = [...TOKENS.rules, ...TOKENS_NEARBY.rules];
  expect([...ids].sort()).toEqual(TOKEN_RULES.map(({ id }) => id).sort());
});
