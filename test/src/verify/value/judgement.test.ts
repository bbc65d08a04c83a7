/** Whether a literal behind a sensitive name is a secret, by where it stands. */
import { describe, expect, it } from "vitest";
import type { FileKind } from "../../../../src/verify/text/file-kind.ts";
import { hasRandomPart, isPlainSecret, looksGenerated } from "../../../../src/verify/value/judgement.ts";

const CONFIG: FileKind = { trust: "config", notation: "yaml" };
const CODE: FileKind = { trust: "code", notation: "code" };
const HCL: FileKind = { trust: "config", notation: "hcl" };
const GENERATED: FileKind = { trust: "generated", notation: "line" };

const judge = (name: string, value: string, kind: FileKind, { isComment = false, quoted = true } = {}) =>
  isPlainSecret(
    { name, value, nameStart: 0, start: 0, end: value.length, quoted, isTyped: quoted },
    { kind, isComment },
  );

const MADE = "Zq81xTe49vLKd7mW";

describe("in configuration", () => {
  it.each([
    ["a weak password", "password", "hunter2", true],
    ["a generated key", "api_key", MADE, true],
    ["a passphrase behind a key", "api_key", "juniper-glacier-amber-85", true],
    ["a word behind a key", "api_key", "production", false],
    ["the name of a Secret", "secret", "db-credentials", false],
    ["everybody's default", "password", "postgres", false],
    ["a reference", "password", "$" + "{DB_PASSWORD}", false],
    ["a path", "password", "/run/secrets/db", false],
    ["the name of a file", "password", "db-password.txt", false],
    ["the name of a variable", "password", "DB_PASSWORD", false],
    ["a sentence", "password", "The password of the database.", false],
    ["the name itself", "db-password", "db_password", false],
    ["a host", "token", "login.example.org", false],
    ["the id of the key that signs", "signingkey", "0x1234ABCD", false],
    ["a name that promises nothing", "title", MADE, false],
    ["user and password in base64", "auth", Buffer.from("me:hunter2").toString("base64"), true],
    ["base64 of something else", "auth", Buffer.from("hello").toString("base64"), false],
  ])("%s: %s = %j is a secret: %s", (_, name, value, isIt) => {
    expect(judge(name, value, CONFIG)).toBe(isIt);
  });
});

describe("in a program", () => {
  it.each([
    ["a generated literal", MADE, { quoted: true }, true],
    ["a word", "hunter", { quoted: true }, false],
    ["a word that says secret", "my-secret-password-1", { quoted: true }, false],
    ["a generated word without quotes, which is a name", MADE, { quoted: false }, false],
    ["a generated word in a comment", MADE, { quoted: false, isComment: true }, true],
  ])("%s: %j", (_, value, how, isIt) => {
    expect(judge("password", value, CODE, how)).toBe(isIt);
  });
});

it("in a comment of configuration a word that was chosen is talk, a generated one is a secret", () => {
  expect(judge("password", "hunter2", CONFIG, { isComment: true })).toBe(false);
  expect(judge("password", MADE, CONFIG, { isComment: true })).toBe(true);
});

it("without quotes HCL has expressions, but for names in capitals, which are a script's", () => {
  expect(judge("password", MADE, HCL, { quoted: false })).toBe(false);
  expect(judge("DB_PASSWORD", MADE, HCL, { quoted: false })).toBe(true);
});

it("in what programs generate, names mean nothing", () => {
  expect(judge("password", MADE, GENERATED)).toBe(false);
});

it.each([
  [MADE, true, true],
  ["prefix-Zq81xTe49vLKd7mW", true, true],
  ["juniper-glacier-amber", false, false],
  ["camelCaseWordsOnly", false, false],
  ["Pa55!word", false, true],
])("%j has a part that a machine made: %s; looks as if: %s", (text, hasIt, looksIt) => {
  expect([hasRandomPart(text), looksGenerated(text)]).toEqual([hasIt, looksIt]);
});
