/** Tokens of providers, by their shape alone. */
import type { Passage, Report } from "../hit.ts";
import { anchorsOf, compileShape, leadOf, type TokenRule } from "../tokens/shape.ts";
import { TOKEN_RULES } from "../tokens/table.ts";
import { classifyValue, isMonotonous } from "../value/value.ts";

type Compiled = {
  readonly rule: TokenRule;
  readonly pattern: RegExp;
  readonly lead: { readonly min: number; readonly max: number };
};

const COMPILED: readonly Compiled[] = TOKEN_RULES.map((rule) => ({
  rule,
  pattern: compileShape(rule.parts, rule.near === undefined ? "y" : "g"),
  lead: leadOf(rule),
}));

/** One anchor of one rule. */
export type TokenAnchor = { readonly word: string; readonly fold: boolean; readonly rule: number };

/** Every literal that announces a token. */
export const TOKEN_ANCHORS: readonly TokenAnchor[] = TOKEN_RULES.flatMap((rule, index) =>
  anchorsOf(rule).map((word) => ({ word, fold: rule.near !== undefined, rule: index })),
);

/** Tries a rule whose anchor was found at an offset. */
export function detectToken(passage: Passage, index: number, offset: number, report: Report): void {
  const { rule, pattern, lead } = COMPILED[index] as Compiled;
  if (rule.near !== undefined) return;
  for (let back = lead.min; back <= lead.max; back++) {
    pattern.lastIndex = offset - back;
    const match = offset < back ? null : pattern.exec(passage.text);
    if (match === null) continue;
    accept(rule, match, report);
    return;
  }
}

/** Tries a rule that its provider's name in the text has announced, everywhere. */
export function detectTokenAnywhere(passage: Passage, index: number, report: Report): void {
  const { rule, pattern } = COMPILED[index] as Compiled;
  for (const match of passage.text.matchAll(pattern)) accept(rule, match, report);
}

function accept(rule: TokenRule, match: RegExpExecArray, report: Report): void {
  const [token] = match;
  if (rule.check?.(token) === false || isStandIn(token)) return;
  report({ rule: rule.id, start: match.index, end: match.index + token.length, subject: rule.name, value: token });
}

/** `AKIAIOSFODNN7EXAMPLE`, `ghp_xxxxxxxx`: shaped like a token and known to be none. */
function isStandIn(token: string): boolean {
  return (
    classifyValue(token) === "placeholder" ||
    isMonotonous(token.replace(/^A+/, "").slice(0, 200)) ||
    /[xX*]{6,}|0{12,}|EXAMPLE/.test(token)
  );
}
