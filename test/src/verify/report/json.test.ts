/** The report for programs. */
import { describe, expect, it } from "vitest";
import { jsonReport } from "../../../../src/verify/report/json.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });

describe("JSON", () => {
  it("has one identity of a finding, and none where there is no key", () => {
    const { findings } = JSON.parse(jsonReport(result([finding({ identities: ["a", "b"] }), finding()])));
    expect(findings.map((one: object) => ("identity" in one ? one.identity : "none"))).toEqual(["a", "none"]);
    expect(findings[0]).not.toHaveProperty("identities");
  });

  it("keeps what allows a finding, and its commit", () => {
    const { findings } = JSON.parse(jsonReport(result([{ ...allowed, commit: "abc" }])));
    expect(findings[0]).toMatchObject({ commit: "abc", allowed: { by: "configuration", reason: "why" } });
  });
});
