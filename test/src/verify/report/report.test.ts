/** Every form of a report: what none of them lets through. */
import { expect, it } from "vitest";
import { printReport } from "../../../../src/verify/report/report.ts";
import { REPORT_FORMATS } from "../../../../src/verify/report/result.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

it.each(REPORT_FORMATS)("%s lets no terminal and no CI system obey a name", (format) => {
  const text = printReport(format, result([finding({ path: "a\n::error::x\u001b[31m", message: "m\n##[error]y" })]));
  expect(text).not.toContain("\u001b");
  expect(text.split("\n").filter((line) => /^(?:::error::x|##\[)/.test(line))).toEqual([]);
});
