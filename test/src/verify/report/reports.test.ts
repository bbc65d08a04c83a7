/** A result in each form: what each says, and what none of them lets through. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../../src/verify/finding.ts";
import { printReport } from "../../../../src/verify/report/report.ts";
import {
  isUnscanned,
  isWarning,
  openFindings,
  printablePath,
  REPORT_FORMATS,
  type VerifyResult,
} from "../../../../src/verify/report/result.ts";
import { finding } from "../../../support/findings.ts";

const result = (findings: readonly Finding[] = [], more: Partial<VerifyResult> = {}): VerifyResult => ({
  scanned: 2,
  findings,
  stale: [],
  notes: [],
  ...more,
});
const allowed = finding({ allowed: { by: "configuration", reason: "why" } });
const unread = finding({ rule: "unreadable", message: "cannot be read" });

it("a finding is open until somebody has allowed it", () => {
  expect(openFindings(result([allowed, unread]))).toEqual([unread]);
});

it("its rule says whether it is a failure, a warning, or that nobody can say", () => {
  const rules = ["plaintext-credential", "unreadable", "packed-file"] as const;
  expect(rules.map((rule) => [isUnscanned(finding({ rule })), isWarning(finding({ rule }))])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ]);
});

it("a path is on one line, whatever it is made of", () => {
  expect([printablePath("a b"), printablePath("a\nb"), printablePath('a"')]).toEqual(["a b", '"a\\nb"', '"a\\""']);
});

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
    expect(printReport("text", one)).toContain(text);
  });

  it("says a next step once for all that share it", () => {
    const text = printReport("text", result([finding(), finding({ line: 2 }), finding({ line: 3, fix: "other" })]));
    expect(text.match(/fix: /g)).toHaveLength(2);
  });
});

describe("JSON", () => {
  it("has one identity of a finding, and none where there is no key", () => {
    const { findings } = JSON.parse(printReport("json", result([finding({ identities: ["a", "b"] }), finding()])));
    expect(findings.map((one: object) => ("identity" in one ? one.identity : "none"))).toEqual(["a", "none"]);
    expect(findings[0]).not.toHaveProperty("identities");
  });

  it("keeps what allows a finding, and its commit", () => {
    const { findings } = JSON.parse(printReport("json", result([{ ...allowed, commit: "abc" }])));
    expect(findings[0]).toMatchObject({ commit: "abc", allowed: { by: "configuration", reason: "why" } });
  });
});

describe("SARIF", () => {
  const sarif = (...findings: readonly Finding[]) => JSON.parse(printReport("sarif", result(findings))).runs[0];

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

it("JUnit has a case for each open finding, or one that passed", () => {
  expect(printReport("junit", result())).toContain('<testcase classname="lacre" name="verify"/>');
  const xml = printReport("junit", result([finding({ message: 'a < b & "c"' }), allowed]));
  expect(xml).toContain('failures="1"');
  expect(xml).toContain("a &lt; b &amp; &quot;c&quot;");
});

it("GitHub has an annotation for each open finding, whose path cannot end it", () => {
  const text = printReport("github", result([finding({ path: "a,b:c" }), allowed]));
  expect(text.split("\n").filter((line) => line.startsWith("::"))).toHaveLength(1);
  expect(text).toContain("file=a%2Cb%3Ac,");
});

it.each(REPORT_FORMATS)("%s lets no terminal and no CI system obey a name", (format) => {
  const text = printReport(format, result([finding({ path: "a\n::error::x\u001b[31m", message: "m\n##[error]y" })]));
  expect(text).not.toContain("\u001b");
  expect(text.split("\n").filter((line) => /^(?:::error::x|##\[)/.test(line))).toEqual([]);
});
