import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closest } from "../../../src/format/fields.ts";

describe("the word that was probably meant", () => {
  it("is one of at most two edits, the nearest first, whatever the case", () => {
    expect(closest("stringdata", ["data", "stringData"])).toBe("stringData");
    expect(closest("pord", ["prod", "port", "staging"])).toBe("port");
    expect(closest("prdo", ["prod"])).toBe("prod");
    expect(closest("xyz", ["prod"])).toBeUndefined();
    expect(closest("", ["prod"])).toBeUndefined();
    expect(closest("prod", [])).toBeUndefined();
  });

  it("is always the word itself where it is known", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, selector: (word) => word.toLowerCase() }), (known) => {
        for (const word of known) expect(closest(word, known)).toBe(word);
      }),
    );
  });
});
