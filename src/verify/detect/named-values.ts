/** Literals behind names that promise a secret: `DB_PASSWORD=...`, in every notation. */

import type { Report } from "../hit.ts";
import { lineBefore } from "../text/nearby.ts";
import { type Assignment, assignmentsOf, identifierAt } from "../value/assignment.ts";
import { isPlainSecret } from "../value/judgement.ts";
import { SENSITIVE_STEMS } from "../value/key-name.ts";
import type { Announced, Detector, Examined } from "./detector.ts";

const COMMENT = /^[ \t]*(?:#|\/\/(?![\w.-]+[.:/])|;|--|\*|\/\*|<!--|%|REM\b|dnl\b)/;

function isInComment(text: string, at: number): boolean {
  return COMMENT.test(lineBefore(text, at));
}

/** A name may hold several stems: what stands behind it is looked at once, at the first of them. */
const FIRST_STEM = new RegExp(SENSITIVE_STEMS.join("|"), "i");

/** The values behind sensitive names. */
export const NAMED_VALUES: Detector = {
  rules: ["plaintext-credential"],
  anchors: { words: SENSITIVE_STEMS.map((word) => ({ word, fold: true })), calls: "at each" },
  applies: ({ kind }) => kind.trust !== "generated",
  detect: detectNamedValues,
};

function detectNamedValues({ text, kind }: Examined, report: Report, { offset }: Announced): void {
  const identifier = identifierAt(text, offset);
  if (identifier === undefined || identifier.start + identifier.name.search(FIRST_STEM) < offset) return;
  for (const assignment of assignmentsOf(text, identifier, kind)) {
    if (isPlainSecret(assignment, { kind, isComment: isInComment(text, identifier.start) })) report(toHit(assignment));
  }
}

function toHit({ name, value, start, end }: Assignment) {
  return { rule: "plaintext-credential", start, end, subject: name, value } as const;
}
