/** Replacements in a text: what no splice names stays byte for byte. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySplices, type Splice } from "../../../../src/format/yaml/splice.ts";

/** A text in pieces, some of which are to become another. */
const pieces = fc.array(fc.record({ text: fc.string(), becomes: fc.option(fc.string()) }), { maxLength: 12 });

function splicesOf(parts: readonly { readonly text: string; readonly becomes: string | null }[]): readonly Splice[] {
  let start = 0;
  return parts.flatMap(({ text, becomes }) => {
    const splice = { start, end: start + text.length, text: becomes ?? "" };
    start = splice.end;
    return becomes === null ? [] : [splice];
  });
}

describe("a text with splices", () => {
  it("has the new pieces where the old ones were, and everything else as it was", () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.map((part) => part.text).join("");
        const expected = parts.map(({ text: before, becomes }) => becomes ?? before).join("");
        expect(applySplices(text, splicesOf(parts))).toBe(expected);
      }),
    );
  });

  it("is the same in whichever order they come", () => {
    const splices = [
      { start: 0, end: 1, text: "A" },
      { start: 2, end: 2, text: "-" },
      { start: 2, end: 4, text: "C" },
      { start: 5, end: 6, text: "" },
    ];
    for (const order of [splices, [...splices].reverse()]) expect(applySplices("abcdefg", order)).toBe("Ab-Ceg");
  });

  it("keeps the order of insertions at one place", () => {
    const insert = (text: string) => ({ start: 1, end: 1, text });
    expect(applySplices("ab", [insert("1"), insert("2"), insert("3")])).toBe("a123b");
  });

  it("is itself where there are none", () => {
    expect(applySplices("kind: Secret\r\n", [])).toBe("kind: Secret\r\n");
  });
});
