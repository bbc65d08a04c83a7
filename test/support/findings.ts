/** Findings for tests about what becomes of them. */
import type { Finding } from "../../src/verify/finding.ts";
import type { VerifyResult } from "../../src/verify/report/result.ts";

/** One finding: what a test is not about has some value. */
export function finding(more: Partial<Finding> = {}): Finding {
  return {
    rule: "plaintext-credential",
    path: "a.yaml",
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 5,
    message: "PASSWORD: literal behind a name that promises a secret",
    fix: "mend it",
    ...more,
  };
}

/** A run over two files. */
export function verifyResult(findings: readonly Finding[] = [], more: Partial<VerifyResult> = {}): VerifyResult {
  return { scanned: 2, findings, stale: [], notes: [], ...more };
}
