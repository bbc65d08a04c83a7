/** Bytes into text, whatever their encoding; and offsets into lines. */
import { describe, expect, it } from "vitest";
import { decodeBytes, Lines } from "../../../../src/verify/text/text.ts";

const big = (bytes: Buffer) => Buffer.from(bytes).swap16();
const utf32 = (text: string) => Buffer.concat([...text].map((c) => Buffer.from([c.codePointAt(0) ?? 0, 0, 0, 0])));
const TEXT = "password: grüße\nnext: line\n";

describe("the text of a file", () => {
  it.each([
    ["UTF-8", Buffer.from(TEXT), "text", TEXT],
    ["UTF-8 with its mark", Buffer.from(`\uFEFF${TEXT}`), "text", TEXT],
    ["UTF-16, low byte first, with its mark", Buffer.from(`\uFEFF${TEXT}`, "utf16le"), "text", TEXT],
    ["UTF-16, high byte first, with its mark", big(Buffer.from(`\uFEFF${TEXT}`, "utf16le")), "text", TEXT],
    ["UTF-16, low byte first, without one", Buffer.from(TEXT, "utf16le"), "text", TEXT],
    ["UTF-16, high byte first, without one", big(Buffer.from(TEXT, "utf16le")), "text", TEXT],
    ["UTF-32", utf32("password: a\n"), "text", "password: a\n"],
    ["Latin-1", Buffer.from("grüße\n", "latin1"), "text", "grüße\n"],
    ["nothing", Buffer.alloc(0), "text", ""],
    ["bytes, of which each is a character", Buffer.from([0, 1, 0x80, 0xff]), "binary", "\0\x01\x80\xff"],
  ])("in %s is read", (_, bytes, kind, text) => {
    expect(decodeBytes(new Uint8Array(bytes))).toEqual({ kind, text });
  });
});

it("lines and columns count from 1, and an offset behind the end is in the last line", () => {
  const lines = new Lines("a\nbc\n\nd");
  expect([0, 1, 2, 3, 5, 6, 7].map((offset) => lines.at(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 3, column: 1 },
    { line: 4, column: 1 },
    { line: 4, column: 2 },
  ]);
  expect([lines.count, lines.start(2), lines.start(9)]).toEqual([4, 2, 0]);
});
