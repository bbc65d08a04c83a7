/** Encodings in which nothing would be found. */
import { describe, expect, it } from "vitest";
import { isEbcdic, isUtf7, isWideText } from "../../../../src/verify/text/encoding.ts";

/** EBCDIC of lower-case letters and blanks (code page 037). */
function ebcdic(text: string): string {
  const code = (c: string) => {
    if (c === " ") return 0x40;
    const n = c.charCodeAt(0) - 97;
    return n < 9 ? 0x81 + n : n < 18 ? 0x91 + n - 9 : 0xa2 + n - 18;
  };
  return String.fromCharCode(...[...text].map(code));
}

it("letters of a mainframe are told from those of ASCII and from other bytes", () => {
  expect(isEbcdic(ebcdic("the password is hunter"))).toBe(true);
  expect(isEbcdic("the password is hunter")).toBe(false);
  expect(isEbcdic("größe ".repeat(10))).toBe(false);
  expect(isEbcdic(ebcdic("short"))).toBe(false);
});

describe("UTF-7", () => {
  const word = (text: string) => `+${Buffer.from(text, "utf16le").swap16().toString("base64").replace(/=+$/, "")}-`;
  it.each([
    ["a word of it", `k${word("ind")} and ${word("Secret")}`, true],
    ["three letters here and there", "k+AGk-nd: S+AGU-cret\ns+AHQ-ring", true],
    ["one letter of it", "a +AGk- b", false],
    ["an addition", "c++A and c+A", false],
    ["ordinary text", "kind: Secret", false],
  ])("%s: %s", (_, text, isIt) => {
    expect(isUtf7(text)).toBe(isIt);
  });
});

it("letters with zero bytes between them are wide, whatever their width; bytes of a program are not", () => {
  expect(isWideText([..."kind: Secret and more"].join("\0"))).toBe(true);
  expect(isWideText([..."kind: Secret and more"].join("\0\0\0"))).toBe(true);
  expect(isWideText("kind: Secret and more")).toBe(false);
  expect(isWideText("\0\x80\x90\x01".repeat(30))).toBe(false);
});
