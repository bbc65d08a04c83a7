/** A rule in words, for who met it: what `lacre verify --explain RULE` prints. */
import type { Rule } from "../rules.ts";

/** The rule, why it matters, what mends it, and how one finding of it is allowed. */
export function explain({ id, title, explanation, fix }: Rule): string {
  return `${id}: ${title}\n\n${explanation}\n\nfix: ${fix("FILE", "ENTRY")}\nallow: # lacre:allow ${id} REASON, on its line or the one above\n`;
}
