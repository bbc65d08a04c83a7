/** The report for people: grouped by file, with the command that mends each finding. */
import { printableName, printableTalk } from "../../model/printable.ts";
import type { Finding } from "../finding.ts";
import { isUnscanned, openFindings, printablePath, type VerifyResult } from "./result.ts";

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function describe(finding: Finding): string {
  const { path, line, rule, message, commit } = finding;
  const where = commit === undefined ? "" : ` (commit ${commit.slice(0, 12)})`;
  return `${printableName(printablePath(path))}:${line}: ${rule}: ${printableName(message)}${where}\n`;
}

/** Findings with the same next step share its line. */
function group(findings: readonly Finding[]): string {
  const byFix = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = byFix.get(`${finding.path}\0${finding.fix}`);
    if (same === undefined) byFix.set(`${finding.path}\0${finding.fix}`, [finding]);
    else same.push(finding);
  }
  return [...byFix.values()]
    .map((same) => `${same.map(describe).join("")}  fix: ${printableName(same[0]?.fix ?? "")}\n`)
    .join("");
}

function summary(result: VerifyResult): string {
  const open = openFindings(result);
  const unscanned = open.filter(isUnscanned).length;
  const found = open.length - unscanned;
  const allowed = result.findings.length - open.length;
  const files = plural(result.scanned, "file");
  const also = allowed === 0 ? "" : `; ${plural(allowed, "finding")} allowed`;
  if (result.scanned === 0 && open.length === 0) return "nothing was scanned: there is no file to look at\n";
  if (open.length === 0) return `clean: ${files}${also}; that a token opens cannot be known without its key\n`;
  const unread = unscanned === 0 ? "" : `; ${plural(unscanned, "file")} could not be judged`;
  return `${plural(found, "finding")} in ${files}${unread}${also}\n`;
}

/** The whole report. */
export function textReport(result: VerifyResult): string {
  const notes = result.notes.map((note) => `note: ${printableName(note)}\n`).join("");
  const stale = result.stale
    .map((entry) => `stale: ${printableName(entry)} matches nothing any more: remove it\n`)
    .join("");
  return printableTalk(group(openFindings(result)) + stale + notes + summary(result));
}
