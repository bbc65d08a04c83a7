/** Annotations, as GitHub reads them. */
import { expect, it } from "vitest";
import { githubReport } from "../../../../src/verify/report/github.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });

it("GitHub has an annotation for each open finding, whose path cannot end it", () => {
  const text = githubReport(result([finding({ path: "a,b:c" }), allowed]));
  expect(text.split("\n").filter((line) => line.startsWith("::"))).toHaveLength(1);
  expect(text).toContain("file=a%2Cb%3Ac,");
});
