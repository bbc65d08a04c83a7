/** Many words in one pass: the same that a search for each by itself would find. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { findKeywords, indexKeywords, type Keyword } from "../../../../src/verify/text/keywords.ts";

function foundIn(words: readonly Keyword[], text: string): readonly string[] {
  const found: string[] = [];
  findKeywords(indexKeywords(words), text, (word, offset) => found.push(`${words[word]?.word}@${offset}`));
  return found;
}

const WORDS: readonly Keyword[] = [
  { word: "pass", fold: true },
  { word: "password", fold: true },
  { word: "AKIA", fold: false },
  { word: "://", fold: true },
];

it("words are found in the order of their places, in either case only where they say so", () => {
  expect(foundIn(WORDS, "PassWord://akia AKIA")).toEqual(["pass@0", "password@0", "://@8", "AKIA@16"]);
});

it("a word at the very end, and one that is cut there", () => {
  expect(foundIn(WORDS, "xpass")).toEqual(["pass@1"]);
  expect(foundIn(WORDS, "xpas")).toEqual([]);
});

it("no character outside of ASCII is taken for a letter that shares its low bits", () => {
  expect(foundIn(WORDS, "\u0150ass \u0050a\u0373s")).toEqual([]);
});

it("a sign is itself, and no other character that a letter's case would be", () => {
  expect(foundIn([{ word: "_pw", fold: true }], "DB_PW \u007fpw")).toEqual(["_pw@2"]);
});

it("a word of two characters is refused: it would be found everywhere", () => {
  expect(() => indexKeywords([{ word: "ab", fold: true }])).toThrow(RangeError);
});

it("whatever the text, the same is found as by looking for each word", () => {
  const text = fc.array(fc.constantFrom("p", "a", "s", "S", "pass", "word", "AKI", "A", "://", ":"), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => {
      const joined = parts.join("");
      const wanted = WORDS.flatMap(({ word, fold }) =>
        [...joined].flatMap((_, at) => {
          const part = joined.slice(at, at + word.length);
          return (fold ? part.toLowerCase() : part) === word ? [`${word}@${at}`] : [];
        }),
      );
      expect([...foundIn(WORDS, joined)].sort()).toEqual(wanted.sort());
    }),
  );
});
