/** Tokens of providers, by their shape alone. */
import type { Report } from "../hit.ts";
import type { Keyword } from "../text/keywords.ts";
import { anchorsOf, compileShape, leadOf, type TokenRule } from "../tokens/shape.ts";
import { TOKEN_RULES } from "../tokens/table.ts";
import { classifyValue, isMonotonous } from "../value/value.ts";
import type { Announced, Detector, Examined } from "./detector.ts";

type Compiled = {
  readonly rule: TokenRule;
  readonly pattern: RegExp;
  readonly lead: { readonly min: number; readonly max: number };
};

/** One literal that announces one rule. */
type TokenAnchor = Keyword & Compiled;

function anchorsIn(rules: readonly TokenRule[], flag: "y" | "g"): readonly TokenAnchor[] {
  return rules.flatMap((rule) => {
    const compiled = { rule, pattern: compileShape(rule.parts, flag), lead: leadOf(rule) };
    return anchorsOf(rule).map((word) => ({ word, fold: rule.near !== undefined, ...compiled }));
  });
}

const ANYWHERE = TOKEN_RULES.filter(({ near }) => near === undefined);
const NEARBY = TOKEN_RULES.filter(({ near }) => near !== undefined);
const ANYWHERE_ANCHORS = anchorsIn(ANYWHERE, "y");
const NEARBY_ANCHORS = anchorsIn(NEARBY, "g");

/** Shapes with a literal of their own: tried where it stands. */
export const TOKENS: Detector = {
  rules: ANYWHERE.map(({ id }) => id),
  anchors: { words: ANYWHERE_ANCHORS, calls: "at each" },
  applies: () => true,
  detect: detectToken,
};

/** Shapes too plain to be looked for everywhere: tried in the whole text when it names the provider. */
export const TOKENS_NEARBY: Detector = {
  rules: NEARBY.map(({ id }) => id),
  anchors: { words: NEARBY_ANCHORS, calls: "once" },
  applies: () => true,
  detect({ text }, report, { anchor }) {
    const { rule, pattern } = NEARBY_ANCHORS[anchor] as TokenAnchor;
    for (const match of text.matchAll(pattern)) accept(rule, match, report);
  },
};

function detectToken({ text }: Examined, report: Report, { anchor, offset }: Announced): void {
  const { rule, pattern, lead } = ANYWHERE_ANCHORS[anchor] as TokenAnchor;
  for (let back = lead.min; back <= lead.max; back++) {
    pattern.lastIndex = offset - back;
    const match = offset < back ? null : pattern.exec(text);
    if (match === null) continue;
    accept(rule, match, report);
    return;
  }
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
