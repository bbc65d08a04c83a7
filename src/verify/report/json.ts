/** The report for programs. */
import { printableJson } from "../../model/printable.ts";
import type { Finding } from "../finding.ts";
import type { VerifyResult } from "./result.ts";

/** A finding with one identity: it is enough to know it again, the others are for the entries of other branches. */
function withOneIdentity(finding: Finding): object {
  const { identities, commit, allowed, ...rest } = finding;
  return {
    ...rest,
    ...(identities === undefined ? {} : { identity: identities[0] }),
    ...(commit === undefined ? {} : { commit }),
    ...(allowed === undefined ? {} : { allowed }),
  };
}

/** One JSON object: scanned, stale, findings, notes. */
export function jsonReport(result: VerifyResult): string {
  return `${printableJson(JSON.stringify({ ...result, findings: result.findings.map(withOneIdentity) }, null, 2))}\n`;
}
