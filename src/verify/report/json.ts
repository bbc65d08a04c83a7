/** The report for programs. */
import type { VerifyResult } from "./result.ts";

/** One JSON object: scanned, findings, stale, notes. */
export function jsonReport(result: VerifyResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
