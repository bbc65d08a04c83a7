/** Padding: short values look alike, long ones nearly so. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_VALUE_BYTES } from "../../../src/model/limits.ts";
import { paddedLength, padme } from "../../../src/model/padding.ts";

const lengths = fc.integer({ min: 0, max: MAX_VALUE_BYTES });

describe("the padded length", () => {
  it("is the same for all values of up to 252 bytes", () => {
    expect([0, 1, 100, 252].map(paddedLength)).toEqual([256, 256, 256, 256]);
    expect(paddedLength(253)).toBe(272);
  });

  it("holds the value and its length, and is at most an eighth longer", () => {
    fc.assert(
      fc.property(lengths, (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length + 4);
        if (length > 252) expect(padded).toBeLessThanOrEqual((length + 4) * 1.125);
      }),
    );
  });

  it("never falls as values grow, and is on its own grid", () => {
    fc.assert(
      fc.property(lengths, lengths, (a, b) => {
        expect(Math.sign(paddedLength(a) - paddedLength(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
        expect(padme(paddedLength(a))).toBe(paddedLength(a));
      }),
    );
  });

  it("takes few values: what it shows of a length of up to half a megabyte is less than eight bits", () => {
    const shown = new Set(Array.from({ length: MAX_VALUE_BYTES / 16 }, (_, at) => paddedLength(at * 16)));
    expect(shown.size).toBeLessThan(256);
  });
});
