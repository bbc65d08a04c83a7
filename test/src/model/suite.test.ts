/** Suites by name and by byte: an unknown one is refused, never guessed. */
import { expect, it } from "vitest";
import { isSuite, SUITES, type Suite, suiteOf } from "../../../src/model/suite.ts";

it("every suite is found by its byte and its name, and nothing else is a suite", () => {
  for (const suite of Object.keys(SUITES) as Suite[])
    expect([suiteOf(SUITES[suite].id), isSuite(suite)]).toEqual([suite, true]);
  const known = Object.values(SUITES).map(({ id }) => id);
  const others = Array.from({ length: 256 }, (_, id) => id).filter((id) => !known.includes(id));
  expect(others.filter((id) => suiteOf(id) !== undefined)).toEqual([]);
  expect(["", "X25519", "toString", "__proto__"].filter(isSuite)).toEqual([]);
});
