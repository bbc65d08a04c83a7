/** Values compared: by key and by each byte, whatever their order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameValues } from "../../../controller/decide/values.ts";

const values = (of: Readonly<Record<string, readonly number[]>>) =>
  new Map(Object.entries(of).map(([key, bytes]) => [key, Uint8Array.from(bytes)]));

describe("values", () => {
  it.each([
    ["none and none", {}, {}, true],
    ["the same in another order", { A: [1], B: [2] }, { B: [2], A: [1] }, true],
    ["empty ones under the same key", { A: [] }, { A: [] }, true],
    ["a byte that differs", { A: [1, 2] }, { A: [1, 3] }, false],
    ["one that is longer", { A: [1] }, { A: [1, 0] }, false],
    ["a key more", { A: [1] }, { A: [1], B: [2] }, false],
    ["a key less", { A: [1], B: [2] }, { A: [1] }, false],
    ["another key", { A: [1] }, { B: [1] }, false],
    ["an empty one instead of none", { A: [] }, {}, false],
  ])("are the same or not: %s", (_what, one, other, isSame) => {
    expect(sameValues(values(one), values(other))).toBe(isSame);
  });

  it("are the same one way as the other", () => {
    const few = fc.dictionary(fc.constantFrom("A", "B"), fc.array(fc.constantFrom(0, 1), { maxLength: 2 }));
    fc.assert(
      fc.property(few, few, (one, other) => {
        expect(sameValues(values(one), values(other))).toBe(sameValues(values(other), values(one)));
        expect(sameValues(values(one), values(one))).toBe(true);
      }),
    );
  });
});
