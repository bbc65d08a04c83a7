/** JUnit, as CI systems read it. */
import { expect, it } from "vitest";
import { junitReport } from "../../../../src/verify/report/junit.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });

it("JUnit has a case for each open finding, or one that passed", () => {
  expect(junitReport(result())).toContain('<testcase classname="lacre" name="verify"/>');
  const xml = junitReport(result([finding({ message: 'a < b & "c"' }), allowed]));
  expect(xml).toContain('failures="1"');
  expect(xml).toContain("a &lt; b &amp; &quot;c&quot;");
});
