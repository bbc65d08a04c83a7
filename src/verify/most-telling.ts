/** One place, one finding: of hits that overlap, the one whose rule knows most. */
import type { Hit } from "./hit.ts";
import type { RuleId } from "./rules.ts";

/** The most telling of hits that overlap, in the order of their places. */
export function mostTelling(hits: readonly Hit[]): readonly Hit[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || rank(a) - rank(b) || b.end - a.end);
  const kept: Hit[] = [];
  for (const hit of sorted) {
    const last = kept.at(-1);
    if (last === undefined || (hit.start >= last.end && hit.start !== last.start)) kept.push(hit);
    else if (rank(hit) < rank(last)) kept[kept.length - 1] = hit;
  }
  return kept;
}

/** Rules that know less than all others, the more they say first. */
const GENERAL: readonly RuleId[] = [
  "private-key",
  "connection-string-password",
  "authorization-header",
  "command-line-password",
  "kubernetes-secret-plaintext",
  "plaintext-credential",
];

/** A rule that knows more comes first: what a token is, before the name it stands behind. */
function rank({ rule }: Hit): number {
  return GENERAL.indexOf(rule);
}
