/** Annotations that GitHub shows in a pull request (workflow commands). */
import { printable, printableInLog } from "../../model/printable.ts";
import { isUnscanned, openFindings, type VerifyResult } from "./result.ts";
import { textReport } from "./text.ts";

const escapeText = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string) => escapeText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** One `::error` line for each finding, then the text report. */
export function githubReport(result: VerifyResult): string {
  const lines = openFindings(result).map((finding) => {
    const { path, line, column, endLine, endColumn, rule, message, fix } = finding;
    const place = `file=${escapeProperty(path)},line=${line},endLine=${endLine},col=${column},endColumn=${endColumn}`;
    const level = isUnscanned(finding) ? "warning" : "error";
    return `${printable(`::${level} ${place},title=${escapeProperty(rule)}::${escapeText(`${message}\nfix: ${fix}`)}`)}\n`;
  });
  return lines.join("") + printableInLog(textReport(result));
}
