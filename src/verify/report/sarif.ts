/** SARIF 2.1.0 (OASIS): what code hosts take findings in. Without snippets: they would quote the value. */
import { printableJson, printableName } from "../../model/printable.ts";
import { VERSION } from "../../version.ts";
import type { Finding } from "../finding.ts";
import { ruleOf } from "../rules.ts";
import { isUnscanned, type VerifyResult } from "./result.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** A path as a relative URI: every character but the unreserved ones escaped, slashes kept. */
function uriOf(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}

function resultOf(finding: Finding, order: ReadonlyMap<string, number>): object {
  const { rule, path, line, column, endLine, endColumn, message, fix, identities, allowed, commit } = finding;
  return {
    ruleId: rule,
    ruleIndex: order.get(rule),
    level: isUnscanned(finding) ? "warning" : "error",
    message: { text: printableName(`${message}. fix: ${fix}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path), uriBaseId: "%SRCROOT%" },
          region: {
            startLine: line,
            startColumn: column,
            endLine,
            endColumn: endLine === line ? endColumn : Math.max(1, endColumn),
          },
        },
      },
    ],
    ...(identities === undefined ? {} : { partialFingerprints: { "lacreIdentity/v1": identities[0] } }),
    ...(commit === undefined ? {} : { properties: { commit } }),
    ...(allowed === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: allowed.by === "inline" ? "inSource" : "external",
              status: "accepted",
              justification: printableName(allowed.reason),
            },
          ],
        }),
  };
}

/** The whole log. What could not be judged is in it twice: as a result, and as a notification that the run was not complete. */
export function sarifReport(result: VerifyResult): string {
  const used = [...new Set(result.findings.map(({ rule }) => rule))].sort();
  const order = new Map(used.map((rule, index) => [rule, index]));
  const unscanned = result.findings.filter((finding) => isUnscanned(finding) && finding.allowed === undefined);
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "lacre",
            version: VERSION,
            rules: used.map((id) => ({
              id,
              name: id,
              shortDescription: { text: ruleOf(id).title },
              fullDescription: { text: ruleOf(id).explanation },
              help: { text: `lacre verify --explain ${id}` },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: unscanned.length === 0,
            toolExecutionNotifications: [
              ...unscanned.map(({ path, message }) => ({
                level: "error",
                message: { text: printableName(`${path}: ${message}`) },
              })),
              ...result.notes.map((text) => ({ level: "note", message: { text: printableName(text) } })),
            ],
          },
        ],
        results: result.findings.map((finding) => resultOf(finding, order)),
      },
    ],
  };
  return `${printableJson(JSON.stringify(log, null, 2))}\n`;
}
