/** Literals behind names that promise a secret: `DB_PASSWORD=...`, in every notation. */

import type { Passage, Report } from "../hit.ts";
import type { FileKind } from "../text/file-kind.ts";
import { lineBefore } from "../text/nearby.ts";
import { type Assignment, assignmentsOf, type Identifier } from "../value/assignment.ts";
import { isPlainSecret } from "../value/judgement.ts";

const COMMENT = /^[ \t]*(?:#|\/\/(?![\w.-]+[.:/])|;|--|\*|\/\*|<!--|%|REM\b|dnl\b)/;

function isInComment(text: string, at: number): boolean {
  return COMMENT.test(lineBefore(text, at));
}

/** Reports the values behind one sensitive identifier. */
export function detectNamedValues(passage: Passage, identifier: Identifier, kind: FileKind, report: Report): void {
  for (const assignment of assignmentsOf(passage.text, identifier, kind)) {
    const isComment = isInComment(passage.text, identifier.start);
    if (isPlainSecret(assignment, kind, isComment)) report(toHit(assignment));
  }
}

function toHit({ name, value, start, end }: Assignment) {
  return { rule: "plaintext-credential", start, end, subject: name, value } as const;
}
