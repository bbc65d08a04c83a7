/** A result in one of the forms. */
import { githubReport } from "./github.ts";
import { jsonReport } from "./json.ts";
import { junitReport } from "./junit.ts";
import type { ReportFormat, VerifyResult } from "./result.ts";
import { sarifReport } from "./sarif.ts";
import { textReport } from "./text.ts";

const REPORTS: Readonly<Record<ReportFormat, (result: VerifyResult) => string>> = {
  text: textReport,
  json: jsonReport,
  sarif: sarifReport,
  github: githubReport,
  junit: junitReport,
};

/** The report. No form of it holds a value. */
export function printReport(format: ReportFormat, result: VerifyResult): string {
  return REPORTS[format](result);
}
