/** `# lacre:allow RULE reason` on the line of a finding or on the one above: allowed, and counted in the summary. */
import type { Finding } from "../finding.ts";
import { lineEnd } from "../text/nearby.ts";
import type { Lines } from "../text/text.ts";

const MAX_COMMENT_CHARACTERS = 1_000;
const ALLOW = /\blacre:allow[ \t]+([\w-]+)[ \t]+(\S[^\n\r]*)/;

/** The reason given for a finding, or undefined. Without a reason, or for another rule, nothing is allowed. */
export function allowanceOf(
  text: string,
  lines: Lines,
  { rule, line, endLine, endColumn }: Finding,
): string | undefined {
  // On the finding's own line the comment stands behind the value; on a long line only nearby.
  const behind = line === endLine ? lines.start(line) + endColumn - 1 : lines.start(line);
  return reasonIn(text, behind, rule) ?? (line > 1 ? reasonIn(text, lines.start(line - 1), rule) : undefined);
}

function reasonIn(text: string, from: number, rule: string): string | undefined {
  const match = ALLOW.exec(text.slice(from, Math.min(lineEnd(text, from), from + MAX_COMMENT_CHARACTERS)));
  return match?.[1] === rule ? match[2]?.replace(/\s*(?:-->|\*\/|#\})\s*$/, "").trim() : undefined;
}
