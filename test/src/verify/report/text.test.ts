/** The report for people. */
import { describe, expect, it } from "vitest";
import { textReport } from "../../../../src/verify/report/text.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });
const unread = finding({ rule: "unreadable", message: "cannot be read" });

describe("the text", () => {
  it.each([
    ["nothing to look at", result([], { scanned: 0 }), "nothing was scanned"],
    ["nothing found", result(), "clean: 2 files"],
    ["nothing but what is allowed", result([allowed]), "clean: 2 files; 1 finding allowed"],
    ["one finding", result([finding()]), "1 finding in 2 files"],
    ["a file that was not judged", result([unread]), "0 findings in 2 files; 1 file could not be judged"],
    ["an allowance that allows nothing", result([], { stale: ["x"] }), "stale: x matches nothing any more"],
    ["a note", result([], { notes: ["n"] }), "note: n"],
  ])("of %s", (_, one, text) => {
    expect(textReport(one)).toContain(text);
  });

  it("says a next step once for all that share it", () => {
    const text = textReport(result([finding(), finding({ line: 2 }), finding({ line: 3, fix: "other" })]));
    expect(text.match(/fix: /g)).toHaveLength(2);
  });
});
