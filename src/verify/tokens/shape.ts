/** The shape of a provider's token as data: literals and runs of characters, from which both the matcher and the examples are made. */

const ALPHABETS = {
  digits: "0-9",
  hex: "0-9a-f",
  hexUpper: "0-9A-F",
  hexAny: "0-9a-fA-F",
  lower: "a-z0-9",
  upper: "A-Z0-9",
  base32: "A-Z2-7",
  base58: "1-9A-HJ-NP-Za-km-z",
  base62: "A-Za-z0-9",
  word: "A-Za-z0-9_",
  dash: "A-Za-z0-9-",
  base64url: "A-Za-z0-9_-",
  base64: "A-Za-z0-9+/",
  base64any: "A-Za-z0-9+/_=-",
  dotted: "A-Za-z0-9._-",
  tilde: "A-Za-z0-9_~.-",
  bech32: "ac-hj-np-z02-9AC-HJ-NP-Z",
} as const;

/** A named set of characters. */
export type Alphabet = keyof typeof ALPHABETS;

/** Between `min` and `max` characters of an alphabet. */
export type Run = { readonly of: Alphabet; readonly min: number; readonly max: number };

/** A literal, one of several literals, or a run. */
export type Part = string | readonly string[] | Run;

declare const named: unique symbol;

/** The id of a rule about a token: made for the rows of the table only, so that a text cannot be taken for one. */
export type TokenRuleId = string & { readonly [named]: "token rule" };

/** A row of the table as a rule. */
export type TokenRule = TokenShape & { readonly id: TokenRuleId };

/** The rule that a row makes. */
export function tokenRule(shape: TokenShape): TokenRule {
  return { ...shape, id: shape.id as TokenRuleId };
}

/** What one provider's tokens look like, and where that is written. */
export type TokenShape = {
  readonly id: string;
  readonly name: string;
  readonly parts: readonly Part[];
  /** The page that documents the token or its prefix. */
  readonly source: string;
  /** Which part is looked for in the text. The first, if not said. */
  readonly anchor?: number;
  /** Too plain to be looked for everywhere: only in files that name the provider with this word, in lower case. */
  readonly near?: string;
  /** Checksum or structure: false means the text only looks like a token. */
  readonly check?: (token: string) => boolean;
};

/** `count` characters, or from `count` to `max`. */
export function run(of: Alphabet, count: number, max: number = count): Run {
  return { of, min: count, max };
}

/** A UUID as providers use it inside their tokens. */
export const UUID: readonly Part[] = [
  run("hex", 8),
  "-",
  run("hex", 4),
  "-",
  run("hex", 4),
  "-",
  run("hex", 4),
  "-",
  run("hex", 12),
];

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The characters of an alphabet, for a generator of examples. */
export function charactersOf(alphabet: Alphabet): string {
  return ALPHABETS[alphabet].replace(/(.)-(.)/g, (_, from: string, to: string) => {
    let out = "";
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) out += String.fromCharCode(code);
    return out;
  });
}

function patternOf(part: Part): string {
  if (typeof part === "string") return escapeLiteral(part);
  if (!("of" in part)) return `(?:${part.map(escapeLiteral).join("|")})`;
  const count = part.min === part.max ? `{${part.min}}` : `{${part.min},${part.max}}`;
  return `[${ALPHABETS[part.of]}]${count}`;
}

/** Nothing that could belong to a longer word may stand on either side. */
function boundaryAfter(last: Part): string {
  return typeof last === "object" && "of" in last ? `(?![A-Za-z0-9${ALPHABETS[last.of]}])` : "(?![A-Za-z0-9])";
}

/** The pattern of a rule, with the flag it is searched by: `y` at a known place, `g` anywhere. */
export function compileShape(parts: readonly Part[], flag: "y" | "g"): RegExp {
  const body = parts.map(patternOf).join("");
  return new RegExp(`(?<![A-Za-z0-9])${body}${boundaryAfter(parts.at(-1) as Part)}`, flag);
}

/** The literals that announce a rule in a text. */
export function anchorsOf(rule: TokenShape): readonly string[] {
  if (rule.near !== undefined) return [rule.near];
  const part = rule.parts[rule.anchor ?? 0];
  if (typeof part === "string") return [part];
  if (part === undefined || "of" in part) throw new TypeError(`token rule ${rule.id}: the anchor must be a literal`);
  return part;
}

/** The shortest and the longest distance from a match's start to its anchor. */
export function leadOf(rule: TokenShape): { readonly min: number; readonly max: number } {
  let min = 0;
  let max = 0;
  for (const part of rule.parts.slice(0, rule.anchor ?? 0)) {
    const lengths =
      typeof part === "string" ? [part.length] : "of" in part ? [part.min, part.max] : part.map((word) => word.length);
    min += Math.min(...lengths);
    max += Math.max(...lengths);
  }
  return { min, max };
}
