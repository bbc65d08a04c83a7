/** JUnit XML, which every CI system can show: one test case for each rule that was broken, or a single one that passed. */
import { printableName } from "../../model/printable.ts";
import type { Finding } from "../finding.ts";
import { openFindings, printablePath, type VerifyResult } from "./result.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 allows none of them, not even escaped
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeXml(text: string): string {
  return (
    text
      .replace(FORBIDDEN, "?")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // What CI systems obey anywhere in a line.
      .replaceAll("##", "#&#35;")
      .replaceAll("\n", "&#10;")
  );
}

function testCase(finding: Finding): string {
  const { rule, path, line } = finding;
  const shown = printableName(printablePath(path));
  const message = printableName(finding.message);
  const fix = printableName(finding.fix);
  return [
    `    <testcase classname="${escapeXml(rule)}" name="${escapeXml(`${shown}:${line}`)}" file="${escapeXml(shown)}">`,
    `      <failure type="${escapeXml(rule)}" message="${escapeXml(message)}">${escapeXml(`${shown}:${line}: ${message}. fix: ${fix}`)}</failure>`,
    "    </testcase>",
  ].join("\n");
}

/** The whole document. */
export function junitReport(result: VerifyResult): string {
  const open = openFindings(result);
  const cases = open.length === 0 ? '    <testcase classname="lacre" name="verify"/>' : open.map(testCase).join("\n");
  const counts = `tests="${Math.max(1, open.length)}" failures="${open.length}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="lacre verify" ${counts}>\n${cases}\n  </testsuite>\n</testsuites>\n`;
}
