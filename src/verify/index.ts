/** Judging files without any private key. The face of this folder. */
export {
  type AddedAllowance,
  addedAllowances,
  addedInline,
  allowanceFinding,
  type Leniency,
} from "./allow/added-allowances.ts";
export { applyAllowances } from "./allow/allowances.ts";
export { BASELINE_FILE, type Baseline, printBaseline, readBaseline } from "./allow/baseline.ts";
export type { KeySets, SealedPolicy } from "./detect/sealed-policy.ts";
export { type Demand, type EnvironmentState, judgeEnvironments, movedEnvironments } from "./environments.ts";
export type { Finding, Identify } from "./finding.ts";
export { explain } from "./report/explain.ts";
export { printReport } from "./report/report.ts";
export { isUnscanned, isWarning, openFindings, type ReportFormat, type VerifyResult } from "./report/result.ts";
export { warningNotes } from "./report/warnings.ts";
export { givesRoles, type RoleTable, readRoles } from "./roles.ts";
export { findRule, RULES, type RuleId } from "./rules.ts";
export { decodeBytes } from "./text/text.ts";
export { type TreeName, trackedPrograms } from "./tracked-programs.ts";
export { MAX_VERIFIED_BYTES, unscanned, type VerifiedFile, verify, verifyFile } from "./verify.ts";
