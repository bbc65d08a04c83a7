/** SARIF, as code hosts read it. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../../src/verify/finding.ts";
import { sarifReport } from "../../../../src/verify/report/sarif.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });
const unread = finding({ rule: "unreadable", message: "cannot be read" });

describe("SARIF", () => {
  const sarif = (...findings: readonly Finding[]) => JSON.parse(sarifReport(result(findings))).runs[0];

  it("names each rule once, and each result by its place among them", () => {
    const run = sarif(finding(), unread, finding({ line: 2 }));
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(["plaintext-credential", "unreadable"]);
    expect(run.results.map(({ ruleIndex }: { ruleIndex: number }) => ruleIndex)).toEqual([0, 1, 0]);
  });

  it("says that the run was not complete where a file could not be judged", () => {
    expect(sarif(finding()).invocations[0].executionSuccessful).toBe(true);
    expect(sarif(unread).invocations[0].executionSuccessful).toBe(false);
  });

  it("has a suppression for what is allowed, and one fingerprint", () => {
    const [one] = sarif({ ...allowed, identities: ["a", "b"] }).results;
    expect(one.suppressions[0]).toMatchObject({ kind: "external", justification: "why" });
    expect(one.partialFingerprints).toEqual({ "lacreIdentity/v1": "a" });
  });

  it("has paths as URIs", () => {
    const [one] = sarif(finding({ path: "a b/ü#.yaml" })).results;
    expect(one.locations[0].physicalLocation.artifactLocation.uri).toBe("a%20b/%C3%BC%23.yaml");
  });
});
