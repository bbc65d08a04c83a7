/** `# lacre:allow RULE reason` on the line of a finding or on the one above: allowed, and counted in the summary. */
import type { Finding } from "./finding.ts";
import type { Lines } from "./text.ts";

const ALLOW = /\blacre:allow[ \t]+([\w-]+)[ \t]+(\S[^\n\r]*)/;

/** The reason given for a finding, or undefined. Without a reason, or for another rule, nothing is allowed. */
export function allowanceOf(text: string, lines: Lines, { rule, line }: Finding): string | undefined {
  for (const candidate of [line, line - 1]) {
    if (candidate < 1) continue;
    const start = lines.start(candidate);
    const end = text.indexOf("\n", start);
    const match = ALLOW.exec(text.slice(start, end === -1 ? text.length : end));
    if (match?.[1] === rule) return match[2]?.replace(/\s*(?:-->|\*\/|#\})\s*$/, "").trim();
  }
  return undefined;
}
