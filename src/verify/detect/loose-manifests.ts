/** Secrets in what no YAML parser reads: Helm templates, merge conflicts, tabs, jsonnet, programs. By line and indentation. */
import { hasSopsKey } from "../../format/foreign/sops.ts";
import type { Passage, Report } from "../hit.ts";
import type { RuleId } from "../rules.ts";
import { isLiteralInSecret, ruleInSecret, type SecretPlace } from "../value/secret-value.ts";
import type { Detector, Examined } from "./detector.ts";

const KIND =
  /(?:^|[\s{,(])["']?kind["']?[ \t]*[:=][ \t]*["']?Secret["']?[ \t]*(?=[,}\r\n]|$)|kubernetes_secret(?:_v1)?"[ \t]+"/m;
const SECTION =
  /^([ \t]*(?:[-+<>][ \t]+)?)["']?(data|stringData|string_data|binaryData)["']?[ \t]*(?::|=|=>)[ \t]*(?:\{[ \t]*)?(?:#[^\n]*)?\r?$/;
const ENTRY = /^([ \t]*)["']?([\w.\-/]+)["']?[ \t]*(?::|=>|=)[ \t]*(.*)$/;
/** Blank lines, comments, template actions and the marks of a merge conflict. */
const NOT_AN_ENTRY = /^\s*(?:$|#|\/\/|\{\{)|^[<=>]{7}/;
const BLOCK = /^[|>][+-]?\d?[+-]?$/;

type Line = { readonly text: string; readonly start: number };

function* linesOf(text: string): Generator<Line> {
  let start = 0;
  while (start <= text.length) {
    const end = text.indexOf("\n", start);
    yield { text: text.slice(start, end === -1 ? text.length : end), start };
    if (end === -1) return;
    start = end + 1;
  }
}

// JSON on one line has no indentation to go by, whatever the file is called.
const JSON_SECRET = /^\s*[{[][^\n]*"kind"\s*:\s*"(?:Secret|SecretList|List)"/;

/** True for a text that a parser is tried on first. */
export function isReadAsTree({ path, text, kind }: Examined): boolean {
  return kind.notation === "yaml" || (kind.notation === "json" && !/sonnet$/.test(path)) || JSON_SECRET.test(text);
}

/** Secrets in texts that no parser is tried on. */
export const LOOSE_MANIFESTS: Detector = {
  rules: ["kubernetes-secret-plaintext", "sealed-token-in-secret"],
  applies: (examined) => /\bSecret\b|stringData|kubernetes_secret/.test(examined.text) && !isReadAsTree(examined),
  detect({ path, text, depth }, report) {
    detectLooseManifests({ path, text, depth, locate: (offset) => offset }, report);
  },
};

/** What became of a text: `blind` when it names a Secret and not even the indentation says where its values are. */
export type LooseOutcome = "seen" | "blind";

const TEMPLATED = /\{\{|<%|\{%/;

/** Reports the literals in data and stringData of every Secret that can be made out. */
export function detectLooseManifests(passage: Passage, report: Report): LooseOutcome {
  let lines: Line[] = [];
  let outcome: LooseOutcome = "seen";
  // Of the text as a whole, which may have a million documents.
  const isSops = hasSopsKey(passage.text);
  const judge = () => {
    if (judgeLines(passage, lines, { isSops }, report) === "blind") outcome = "blind";
    lines = [];
  };
  for (const line of linesOf(passage.text)) {
    if (/^---(?:\s|$)/.test(line.text)) judge();
    else lines.push(line);
  }
  judge();
  return outcome;
}

function judgeLines(
  passage: Passage,
  lines: readonly Line[],
  { isSops }: Required<Pick<SecretPlace, "isSops">>,
  report: Report,
): LooseOutcome {
  const text = lines.map((line) => line.text).join("\n");
  const isSecret = KIND.test(text);
  let sections = 0;
  for (let at = 0; at < lines.length; at++) {
    const section = SECTION.exec((lines[at] as Line).text);
    if (section === null) continue;
    sections++;
    const [, indent = "", name = ""] = section;
    if (!isSecret && name !== "stringData") continue;
    const place = { isBase64: name === "data" && !/=/.test(section[0]), isSops };
    at = judgeSection(passage, lines, { from: at + 1, indent: indent.length, place }, report) - 1;
  }
  return isSecret && sections === 0 && !TEMPLATED.test(text) ? "blind" : "seen";
}

/** Lines that hold the entries of a Secret: those deeper than `indent`. */
type Section = { readonly from: number; readonly indent: number; readonly place: SecretPlace };

/** Judges the entries of a section and gives the index of the first line that is none. */
function judgeSection(
  passage: Passage,
  lines: readonly Line[],
  { from, indent, place }: Section,
  report: Report,
): number {
  let at = from;
  for (; at < lines.length; at++) {
    const { text, start } = lines[at] as Line;
    if (NOT_AN_ENTRY.test(text)) continue;
    if (text.search(/\S/) <= indent) break;
    const entry = ENTRY.exec(text);
    if (entry === null) continue;
    const [, entryIndent = "", key = "", raw = ""] = entry;
    const { value, next } = entryValue(lines, at, entryIndent.length, raw.trim());
    const valueStart = start + text.length - raw.length;
    at = next;
    const rule = ruleInTemplate(value, place);
    if (rule === undefined) continue;
    report({
      rule,
      start: passage.locate(valueStart),
      end: passage.locate(start + text.trimEnd().length),
      subject: key,
      value,
    });
  }
  return at;
}

function entryValue(lines: readonly Line[], at: number, indent: number, raw: string): { value: string; next: number } {
  if (!BLOCK.test(raw) && raw !== "") return { value: unquote(raw), next: at };
  const parts: string[] = [];
  let next = at;
  while (next + 1 < lines.length) {
    const { text } = lines[next + 1] as Line;
    if (text.trim() !== "" && text.search(/\S/) <= indent) break;
    parts.push(text.trim());
    next++;
  }
  return { value: parts.join("\n").trim(), next };
}

function unquote(raw: string): string {
  const value = raw.replace(/[ \t]+#.*$/, "").replace(/[,;][ \t]*$/, "");
  return /^(["'`])(.*)\1$/s.exec(value)?.[2] ?? value;
}

/** Strings that a template puts out as they stand: piped into an encoder, or the default of something that is not set. */
const TEMPLATE_LITERALS = [
  /\{\{-?\s*\(?\s*"([^"]*)"\s*\)?\s*\|/g,
  /\b(?:b64enc|quote|toString)\s+"([^"]*)"/g,
  /\bdefault\s+"([^"]*)"/g,
];

function ruleInTemplate(value: string, place: SecretPlace): RuleId | undefined {
  if (!value.includes("{{"))
    return isCodeLiteral(value) ? ruleInSecret(value, place, "kubernetes-secret-plaintext") : undefined;
  const isLiteral = TEMPLATE_LITERALS.some((pattern) =>
    [...value.matchAll(pattern)].some(
      ([, text = ""]) => text.length >= 4 && isLiteralInSecret(text, { isBase64: false }),
    ),
  );
  return isLiteral ? "kubernetes-secret-plaintext" : undefined;
}

/** In a program a value may be an expression; in a manifest it is not. */
function isCodeLiteral(value: string): boolean {
  return !/^[\w$.]+\(.*\)?$|^(?:var|local|data|each|module|args|process|config|std)\.\w|^[{[(]/.test(value);
}
