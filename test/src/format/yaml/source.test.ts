/** What is a text at all, and where in it something stands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSource, decodeText, errorAt, withBom } from "../../../../src/format/yaml/source.ts";
import { refusalOf } from "../../../support/refusal.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("the bytes of a file", () => {
  const refused: readonly (readonly [string, Uint8Array, string, string])[] = [
    ["UTF-16 with a mark", Buffer.from("\uFEFFa: b", "utf16le"), "INPUT_ENCODING", "UTF-16"],
    ["UTF-16 of the other order", utf16be("\uFEFFa: b"), "INPUT_ENCODING", "UTF-16"],
    ["UTF-16 without a mark, the high byte first", utf16be("a: b"), "INPUT_ENCODING", "UTF-16"],
    ["UTF-16 without a mark, the low byte first", Buffer.from("a: b", "utf16le"), "INPUT_ENCODING", "zero bytes"],
    ["a zero byte in text", utf8("a: \0"), "INPUT_ENCODING", "zero bytes"],
    ["one zero byte", Uint8Array.of(0), "INPUT_ENCODING", "zero bytes"],
    ["half a mark of UTF-16", Uint8Array.of(0xff, 0x61, 0xfe), "INPUT_ENCODING", "not valid UTF-8"],
    ["half a mark of the other order", Uint8Array.of(0xfe, 0x61, 0xff), "INPUT_ENCODING", "not valid UTF-8"],
    ["Latin 1", Uint8Array.of(0x61, 0xe4, 0x62), "INPUT_ENCODING", "not valid UTF-8"],
    ["half a character at the end", utf8("a: é").subarray(0, -1), "INPUT_ENCODING", "not valid UTF-8"],
    ["nothing", utf8(""), "INPUT_EMPTY", "is empty"],
    ["blanks and line ends only", utf8(" \n\t\r\n"), "INPUT_EMPTY", "is empty"],
    ["a byte order mark only", utf8("\uFEFF"), "INPUT_EMPTY", "is empty"],
  ];
  it.each(refused)("that are %s are refused by name", (_what, bytes, code, message) => {
    const refusal = refusalOf(() => decodeSource("s.yaml", bytes));
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(message), hint: expect.any(String) });
    expect(refusal.message).toMatch(/^s\.yaml is /);
  });

  it("come back as they were, with their byte order mark or without", () => {
    const text = fc.string({ unit: "grapheme" }).filter((one) => one.trim() !== "" && !/[\0\uFEFF]/.test(one));
    fc.assert(
      fc.property(text, fc.boolean(), (content, bom) => {
        const bytes = utf8(bom ? `\uFEFF${content}` : content);
        const source = decodeSource("s.yaml", bytes);
        expect([source.text, source.bom]).toEqual([content, bom]);
        expect(Buffer.compare(utf8(withBom(source, source.text)), bytes)).toBe(0);
      }),
    );
  });
});

describe("the place of an error", () => {
  const at = (text: string, offset: number) =>
    errorAt(decodeText("s.yaml", text), offset, "SECRET_INVALID", "wrong", "mend it");

  it("is its file, line and column, both counted from one", () => {
    expect(at("ab\ncd\n", 0).message).toBe("s.yaml:1:1: wrong");
    expect(at("ab\ncd\n", 2).message).toBe("s.yaml:1:3: wrong");
    expect(at("ab\ncd\n", 3).message).toBe("s.yaml:2:1: wrong");
    expect(at("ab\ncd\n", 6).message).toBe("s.yaml:3:1: wrong");
  });

  it("leads back to the offset", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "ä") });
    fc.assert(
      fc.property(text, fc.nat(), (content, number) => {
        const offset = number % (content.length + 1);
        const [, line, column] = /^s\.yaml:(\d+):(\d+): /.exec(at(content, offset).message) ?? [];
        const before = content.split("\n").slice(0, Number(line) - 1);
        expect(before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1).toBe(offset);
      }),
    );
  });

  it("has a hint only where one is given", () => {
    const source = decodeText("s.yaml", "a");
    expect(errorAt(source, 0, "SECRET_INVALID", "wrong", "mend it").hint).toBe("mend it");
  });
});
