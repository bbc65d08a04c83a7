/** The baseline as text: it comes back as it was, and a line that is none is refused. */
import { describe, expect, it } from "vitest";
import { isExpired, printBaseline, readBaseline } from "../../../../src/verify/allow/baseline.ts";

const KEY = "k".repeat(43);
const ID = "i".repeat(22);

it("comes back as it was, sorted, each line once", () => {
  const entries = [
    { identity: ID, rule: "private-key", path: "with blank.pem", reason: "old", expires: "2027-01-31" },
    { identity: ID, rule: "private-key", path: "b.pem", reason: "two words" },
    { identity: ID, rule: "private-key", path: "b.pem", reason: "two words" },
  ];
  const text = printBaseline({ keys: [KEY], entries });
  const read = readBaseline(".lacre-baseline", text);
  expect(read.keys).toEqual([KEY]);
  expect(read.entries.map(({ path, expires, reason }) => [path, expires, reason])).toEqual([
    ["with blank.pem", "2027-01-31", "old"],
    ["b.pem", undefined, "two words"],
  ]);
  expect(printBaseline(read)).toBe(text);
});

describe("a line", () => {
  it.each([
    ["without a reason", `${ID} private-key a.pem -`],
    ["with a short identity", "abc private-key a.pem - why"],
    ["with an expiry that is no day", `${ID} private-key a.pem soon why`],
    ["with a short key", "key abc"],
    ["of a merge conflict", "<<<<<<< HEAD"],
  ])("%s is refused with its place", (_, line) => {
    expect(() => readBaseline("B", `# comment\n\n${line}\n`)).toThrow("B:3: this line is no entry");
  });
});

it.each([
  [undefined, false],
  ["2026-11-24", true],
  ["2026-11-25", false],
])("%s has come on 2026-11-25: %s", (expires, has) => {
  expect(isExpired(expires, "2026-11-25")).toBe(has);
});
