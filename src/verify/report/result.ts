/** What a report is made of. */
import type { Finding } from "../finding.ts";
import { ruleOf } from "../rules.ts";

/** One run of verify. notes: what could not be seen, and what else a reader must know. */
export type VerifyResult = {
  /** How many files or blobs were judged. */
  readonly scanned: number;
  readonly findings: readonly Finding[];
  /** Allowances that allow nothing any more. */
  readonly stale: readonly string[];
  readonly notes: readonly string[];
};

/** The forms a report can have. */
export const REPORT_FORMATS = ["text", "json", "sarif", "github", "junit"] as const;

/** One of REPORT_FORMATS. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Findings that nobody has allowed. */
export function openFindings({ findings }: VerifyResult): readonly Finding[] {
  return findings.filter(({ allowed }) => allowed === undefined);
}

/** True for a finding that says that a file could not be judged. */
export function isUnscanned({ rule }: Finding): boolean {
  return ruleOf(rule).kind === "unscanned";
}

/** True for a finding that is told and fails nothing. */
export function isWarning({ rule }: Finding): boolean {
  return ruleOf(rule).kind === "warning";
}

/** A path on one line of a terminal, whatever bytes it is made of. */
export function printablePath(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  return /[\u0000-\u001f\u007f-\u009f"\\]/.test(path) ? JSON.stringify(path) : path;
}
