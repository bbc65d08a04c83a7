/** A stream as its documents, each where it stands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentRanges, readDocuments } from "../../../../src/format/yaml/documents.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import { refusalOf } from "../../../support/refusal.ts";

const pieces = (text: string) => documentRanges(text).map(({ start, end }) => text.slice(start, end));
const read = (text: string) => [...readDocuments(decodeText("s.yaml", text))];

describe("the ranges of the documents", () => {
  it("cover the whole text once, whatever it holds", () => {
    const part = fc.constantFrom("---", "...", "\n", "\r\n", " ", "a: b", "# c", "%YAML 1.2\n", "--- |\n", "- ", "é");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join("");
        expect(pieces(text).join("")).toBe(text);
        for (const { start, end } of documentRanges(text)) expect(end).toBeGreaterThan(start);
      }),
      { numRuns: 500 },
    );
  });

  const texts: readonly (readonly [string, string, readonly string[]])[] = [
    ["one document without a marker", "a: 1\n", ["a: 1\n"]],
    ["a marker before each", "---\na: 1\n---\nb: 2\n", ["---\na: 1\n", "---\nb: 2\n"]],
    ["comments above the first marker, which belong to what is below", "# c\n\n---\na: 1\n", ["# c\n\n---\na: 1\n"]],
    ["a directive above it likewise", "%YAML 1.2\n---\na: 1\n", ["%YAML 1.2\n---\na: 1\n"]],
    ["an end marker, which belongs to what it ends", "a: 1\n...\nb: 2\n", ["a: 1\n...\n", "b: 2\n"]],
    ["a marker with content behind it", "a: 1\n--- b\n", ["a: 1\n", "--- b\n"]],
    ["a marker inside of a block, which ends it", "a: |\n  x\n---\nb: 2\n", ["a: |\n  x\n", "---\nb: 2\n"]],
    ["an indented marker, which is none", "a: |\n  ---\n", ["a: |\n  ---\n"]],
    ["four dashes, which are none", "----\na: 1\n", ["----\na: 1\n"]],
    ["an empty document between two", "---\n---\na: 1\n", ["---\n", "---\na: 1\n"]],
    ["an end marker without a line end", "a: 1\n...", ["a: 1\n..."]],
    ["nothing", "", []],
  ];
  it.each(texts)("of a text with %s", (_what, text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });
});

describe("a document", () => {
  it("knows where it stands: the places of its nodes count from its start", () => {
    const text = "a: 1\n---\nbb: 22\n";
    const [, second] = read(text);
    const [from = 0, to = 0] = second?.contents?.range ?? [];
    expect(text.slice((second?.start ?? 0) + from, (second?.start ?? 0) + to)).toBe("bb: 22\n");
  });

  it("without content has nothing in it", () => {
    expect(read("---\n# only a comment\n").map(({ contents }) => JSON.stringify(contents))).toEqual(["null"]);
  });

  it("is read when it is its turn: a broken one behind it does not keep it back", () => {
    const documents = readDocuments(decodeText("s.yaml", 'a: 1\n---\nb: "x\n'));
    expect(documents.next().value?.contents?.range[0]).toBe(0);
    expect(refusalOf(() => documents.next()).message).toMatch(/^s\.yaml:\d+:\d+: /);
  });

  const broken: readonly (readonly [string, string, string])[] = [
    ["a quote that is not closed", 'a: "hunter2\n', "a character is missing"],
    ["a tab as indentation", "a:\n\tb: hunter2\n", "tabs cannot indent YAML"],
    ["an escape that there is not", 'a: "\\hunter2"\n', "this escape sequence does not exist"],
    ["a value that begins as none can", "a: @hunter2\n", "a plain value cannot start with this character"],
    ["an alias without a name", "a: hunter2\nb: *\n", "this alias points nowhere"],
    ["a key of two lines", "hunter2\nhunter3: a\n", "a key must be on one line"],
    ["a mapping in a mapping's line", "a: b: hunter2\n", "a mapping starts where a value was expected"],
    ["content behind what is closed", "[a] hunter2\n", "this does not belong here"],
  ];
  it.each(broken)("with %s is refused in our own words, with its place and without its text", (_what, text, says) => {
    const refusal = refusalOf(() => read(`x: 1\n---\n${text}`));
    expect(refusal).toMatchObject({ code: "DOCUMENT_INVALID", hint: expect.any(String) });
    expect(refusal.message).toMatch(new RegExp(`^s\\.yaml:[3-9]:\\d+: .*${says}`));
    expect(refusal.message).not.toContain("hunter");
  });

  it("that is nested without end is refused as such", () => {
    for (const text of ["[".repeat(50_000), "- ".repeat(50_000), "{a: ".repeat(50_000)]) {
      const refusal = refusalOf(() => read(`a: 1\n---\n${text}`));
      expect(refusal.code).toBe("DOCUMENT_INVALID");
      expect(refusal.message).toMatch(/^s\.yaml:[23]:\d+: this document is nested too deeply$/);
    }
  });
});
