/** The report for programs. */
import { printableJson } from "../../model/printable.ts";
import type { VerifyResult } from "./result.ts";

/** One JSON object: scanned, findings, stale, notes. */
export function jsonReport(result: VerifyResult): string {
  return `${printableJson(JSON.stringify(result, null, 2))}\n`;
}
