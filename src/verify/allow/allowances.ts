/** What a repository allows: by its configuration, and by its baseline. What allows nothing any more is reported. */
import type { Allowance } from "../../model/environment.ts";
import type { Finding } from "../finding.ts";
import { matchesGlob } from "../text/glob.ts";
import { BASELINE_FILE, type Baseline, isEntryOf, isExpired } from "./baseline.ts";

/** The findings, those that are allowed marked so, and the allowances that none of them met. */
export type Judged = { readonly findings: readonly Finding[]; readonly stale: readonly string[] };

/** today: YYYY-MM-DD. isWhole: all of the repository was judged, so what met no finding is stale. */
export type AllowanceContext = {
  readonly allow: readonly Allowance[];
  readonly baseline?: Baseline;
  readonly today: string;
  readonly isWhole: boolean;
};

/** Marks what is allowed. An expired entry allows nothing. */
export function applyAllowances(findings: readonly Finding[], context: AllowanceContext): Judged {
  const { allow, baseline, today, isWhole } = context;
  const met = new Set<unknown>();
  const judged = findings.map((finding): Finding => {
    if (finding.allowed !== undefined) return finding;
    const allowance = allow.find((entry) => !isExpired(entry.expires, today) && coversFinding(entry, finding));
    if (allowance !== undefined) {
      met.add(allowance);
      return { ...finding, allowed: { by: "configuration", reason: allowance.reason } };
    }
    const entry = baseline?.entries.find((known) => !isExpired(known.expires, today) && isEntryOf(known, finding));
    if (entry === undefined) return finding;
    met.add(entry);
    return { ...finding, allowed: { by: "baseline", reason: entry.reason } };
  });
  const staleAllow = allow
    .filter((entry) => !met.has(entry))
    .map((entry) => `.lacre.yaml: verify.allow for ${entry.path}`);
  const staleEntries = (baseline?.entries ?? [])
    .filter((entry) => !met.has(entry))
    .map((entry) => `${BASELINE_FILE}: ${entry.rule} in ${entry.path}`);
  return { findings: judged, stale: isWhole ? [...staleAllow, ...staleEntries] : [] };
}

function coversFinding(entry: Allowance, finding: Finding): boolean {
  return (entry.rule === undefined || entry.rule === finding.rule) && matchesGlob(entry.path, finding.path);
}
