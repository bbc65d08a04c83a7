/** .env files: what all readers agree on is read, what they read differently is refused with its place. */
import { describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../../src/bytes.ts";
import { LacreError } from "../../../../src/errors.ts";
import { readDotenv } from "../../../../src/format/plain/dotenv.ts";
import type { EnvDialect } from "../../../../src/model/env-dialect.ts";

const read = (text: string, dialect?: EnvDialect) =>
  [...readDotenv({ path: ".env", text, bom: false }, dialect)].map(([key, value]) => [key, fromUtf8(value)]);

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof LacreError) return `${error.code} ${error.message}`;
  }
  return "read";
}

describe("a .env file of which nobody says who reads it", () => {
  it.each([
    ["a plain value", "A=b\n", [["A", "b"]]],
    [
      "an empty value",
      "A=\nB=c\n",
      [
        ["A", ""],
        ["B", "c"],
      ],
    ],
    ["comments and blank lines", "\n# x\nA=b\n", [["A", "b"]]],
    ["what a URL is made of", "A=https://u:p@h:1/x.y?a=b,c%20+\n", [["A", "https://u:p@h:1/x.y?a=b,c%20+"]]],
  ])("%s is read", (_, text, values) => {
    expect(read(text)).toEqual(values);
  });

  it.each([
    ["quotes", "A='x'\n", "bash, node, dotenv, dotenvx, python, compose against kubectl"],
    [
      "a # in a word",
      "A=a#b\n",
      "bash, python, kubectl against node, dotenv, dotenvx; compose may expand or refuse it",
    ],
    [
      "an escape",
      'A="a\\tb"\n',
      "bash, node, dotenv against python against kubectl; dotenvx, compose may expand or refuse it",
    ],
    ["a variable", "A=$B\n", "node, dotenv, python, kubectl; bash, dotenvx, compose may expand or refuse it"],
    ["a comment", "A=x #b\n", "bash, node, dotenv, dotenvx, python, compose against kubectl"],
    [
      "line ends of Windows",
      "A=b\r\n",
      "node, dotenv, dotenvx, python, compose, kubectl; bash may expand or refuse it",
    ],
  ])("%s is refused where readers disagree, who are named; the value is not", (_, text, readers) => {
    expect(refusal(text)).toBe(`SECRET_INVALID .env:1:1: readers of .env files disagree on the value of A: ${readers}`);
  });

  it("is read as the one reads it whose file it is", () => {
    const text = `A="a\\nb"\n`;
    expect(read(text, "bash")).toEqual([["A", "a\\nb"]]);
    expect(read(text, "compose")).toEqual([["A", "a\nb"]]);
    expect(read(text, "kubectl")).toEqual([["A", '"a\\nb"']]);
    expect(() => read("A=$B\n", "dotenvx")).toThrow("dotenvx expands, runs or refuses the value of A");
  });
});

describe("a .env file", () => {
  it.each([
    ["a plain value", "A=b c\n", [["A", "b c"]]],
    ["blanks around the sign and behind the value", "A = b  \n", [["A", "b"]]],
    ["export in front", "export A=b", [["A", "b"]]],
    [
      "an empty value",
      "A=\nB=c\n",
      [
        ["A", ""],
        ["B", "c"],
      ],
    ],
    ["a comment behind a space", "A=b #c\n", [["A", "b"]]],
    ["a # within a word", "A=b#c\n", [["A", "b#c"]]],
    ["single quotes, which change nothing", "A='b\\n$c #d'\n", [["A", "b\\n$c #d"]]],
    ["double quotes, whose escapes count", 'A="b\\nc"\n', [["A", "b\nc"]]],
    ["a value over several lines", "A='b\nc'\n", [["A", "b\nc"]]],
    ["line ends of Windows, comments and blank lines", "\r\n# x\r\nA=b\r\n", [["A", "b"]]],
    ["a variable, which is not expanded", "A=$B/c\n", [["A", "$B/c"]]],
  ])("%s is read", (_, text, values) => {
    expect(read(text, "python")).toEqual(values);
  });

  it.each([
    ["a line without a sign", "A=b\nnonsense\n", "SECRET_INVALID .env:2:1: this line is not KEY=value"],
    ["a key that no Secret has", "A/B=c\n", "SECRET_INVALID .env:1:1: this key is not valid"],
    ["a key that is there twice", "A=b\nA=c\n", "SECRET_INVALID .env:2:1: A is there twice"],
    ["quotes that do not end", "A='b\n", "SECRET_INVALID .env:1:3: the quotes around the value of A are not closed"],
    ["backquotes", "A=`b`\n", "SECRET_INVALID .env:1:3: the value of A is in backquotes"],
    ["text behind the quotes", "A='b' c\n", "SECRET_INVALID .env:1:6: something follows the value of A"],
  ])("%s is refused, with its place and without the value", (_, text, message) => {
    expect(refusal(text)).toBe(message);
  });
});
