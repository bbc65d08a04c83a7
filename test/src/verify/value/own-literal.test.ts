/** What somebody chose or made for themselves. */
import { expect, it } from "vitest";
import { isOwnLiteral } from "../../../../src/verify/value/own-literal.ts";

it.each([
  ["a password that was chosen", "hunter2", true],
  ["one that was generated", "Zq81xTe49vLKd7mW", true],
  ["a generated default of a variable", "$" + "{A:-Zq81xTe49vLKd7mW}", true],
  ["everybody's default", "postgres", false],
  ["a word that stands for one", "password", false],
  ["a mask", "***", false],
  ["a reference", "$" + "{A}", false],
  ["a keyboard row", "1234567890", false],
  ["nothing", "", false],
])("%s: %j is one's own: %s", (_, value, isIt) => {
  expect(isOwnLiteral(value)).toBe(isIt);
});
