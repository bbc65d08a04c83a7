import { describe, expect, it } from "vitest";
import { gate } from "../../../controller/decide/gate.ts";
import type { Objection } from "../../../controller/decide/problem.ts";
import { DEFAULT_POLICY } from "../../../src/model/sealed-secret.ts";

const forbidden: Objection = { reason: "TypeNotAllowed", message: "no" };
const way = (suspend: boolean, judged: Objection | undefined, isMade: boolean) =>
  gate({ policy: { ...DEFAULT_POLICY, suspend } }, { judged, isMade }).kind;

describe("the gate", () => {
  it.each([
    ["an object is looked at", false, undefined, false, "look"],
    ["what is known to be made is not opened", false, undefined, true, "made"],
    ["a suspended object is left alone", true, undefined, false, "suspended"],
    ["a suspended object is left alone, made or not", true, undefined, true, "suspended"],
    ["what may not be written is refused", false, forbidden, false, "refused"],
    ["what may not be written is refused, suspended or not", true, forbidden, false, "refused"],
    ["what may not be written is refused, also where it was made before", false, forbidden, true, "refused"],
  ] as const)("%s", (_what, suspend, judged, isMade, expected) => {
    expect(way(suspend, judged, isMade)).toBe(expected);
  });

  it("says why", () => {
    expect(gate({ policy: DEFAULT_POLICY }, { judged: forbidden, isMade: false })).toEqual({
      kind: "refused",
      objection: forbidden,
    });
  });
});
