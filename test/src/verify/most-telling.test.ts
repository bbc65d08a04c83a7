/** One place, one finding. */
import { expect, it } from "vitest";
import type { Hit } from "../../../src/verify/hit.ts";
import { mostTelling } from "../../../src/verify/most-telling.ts";
import { RULES } from "../../../src/verify/rules.ts";

const hit = (rule: Hit["rule"], start: number, end: number): Hit => ({ rule, start, end, subject: "", value: "" });
const told = (...hits: readonly Hit[]) => mostTelling(hits).map(({ rule, start, end }) => `${rule} ${start}-${end}`);
const token = RULES.find(({ id }) => (id as string) === "github-token")?.id as Hit["rule"];

it("hits that do not overlap are all told, in the order of their places", () => {
  expect(told(hit("private-key", 20, 30), hit("plaintext-credential", 0, 10))).toEqual([
    "plaintext-credential 0-10",
    "private-key 20-30",
  ]);
});

it("of two in one place the one that knows more is told, whichever was found first", () => {
  const both = [hit("plaintext-credential", 0, 10), hit("connection-string-password", 0, 10)];
  expect(told(...both)).toEqual(["connection-string-password 0-10"]);
  expect(told(...both.toReversed())).toEqual(["connection-string-password 0-10"]);
});

it("what a token is, is told before the name it stands behind", () => {
  expect(told(hit("plaintext-credential", 0, 40), hit(token, 5, 40))).toEqual(["github-token 5-40"]);
});

it("of two of one rule the longer is told", () => {
  expect(told(hit("plaintext-credential", 0, 5), hit("plaintext-credential", 0, 10))).toEqual([
    "plaintext-credential 0-10",
  ]);
});

it("hits without a length in one place are one", () => {
  expect(told(hit("packed-file", 0, 0), hit("encoding-unknown", 0, 0))).toHaveLength(1);
});
