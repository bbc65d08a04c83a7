/** .env files: KEY=value lines. A value is what every reader of such files makes of it, or the one whose file it is. */
import { utf8 } from "../../bytes.ts";
import type { LacreError } from "../../errors.ts";
import type { EnvDialect } from "../../model/env-dialect.ts";
import { isKey } from "../../model/names.ts";
import { errorAt, type Source } from "../yaml/source.ts";
import { type Agreement, type Assignment, agreementOn, ENV_READERS } from "./env-readers.ts";

const HEAD = /([ \t]*)(export[ \t]+)?([^\s=#'"]+)([ \t]*)=([ \t]*)/y;
const IGNORED = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const SINGLE = /'([^']*)'/y;
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y;
// A plain value ends at the line's end or at a # that follows a space.
const PLAIN = /(?:[^\s#'"`]|#(?<![ \t]#)|[ \t]+(?![\s#]|$))*/my;
const LINE = /[^\n]*/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The values of a .env file in order, or SECRET_INVALID with the place of the mistake. Without a dialect a value on which
 * readers disagree is refused.
 */
export function readDotenv(source: Source, dialect?: EnvDialect): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const { at, assignment } of assignments(source, dialect)) {
    const { key } = assignment;
    if (!isKey(key))
      throw errorAt(source, at, "SECRET_INVALID", "this key is not valid", "letters, digits, '-', '_' and '.'");
    if (values.has(key)) throw errorAt(source, at, "SECRET_INVALID", `${key} is there twice`, "keep one of the two");
    values.set(key, utf8(readAssignment(source, at, assignment, dialect)));
  }
  return values;
}

function readAssignment(source: Source, at: number, assignment: Assignment, dialect: EnvDialect | undefined): string {
  if (dialect === undefined) {
    const agreement = agreementOn(assignment);
    if (agreement.ok) return agreement.value;
    throw disagreement(source, at, assignment.key, agreement);
  }
  const value = ENV_READERS[dialect](assignment);
  if (value !== undefined) return value;
  throw errorAt(
    source,
    at,
    "SECRET_INVALID",
    `${dialect} expands, runs or refuses the value of ${assignment.key}, or its versions differ`,
    "write it in another way, or seal it alone: lacre set FILE KEY",
  );
}

function disagreement(
  source: Source,
  at: number,
  key: string,
  { sides, without }: Extract<Agreement, { ok: false }>,
): LacreError {
  const read = sides.map((side) => side.join(", ")).join(" against ");
  const refused = without.length === 0 ? "" : `${read === "" ? "" : "; "}${without.join(", ")} may expand or refuse it`;
  return errorAt(
    source,
    at,
    "SECRET_INVALID",
    `readers of .env files disagree on the value of ${key}: ${read}${refused}`,
    "say whose file it is: --env-dialect NAME; or seal it alone: lacre set FILE KEY",
  );
}

type Found = { readonly at: number; readonly assignment: Assignment };

function* assignments(source: Source, dialect: EnvDialect | undefined): Generator<Found> {
  const { text } = source;
  for (let at = 0; at < text.length; ) {
    const blank = match(IGNORED, text, at);
    if (blank !== null && blank[0] !== "") {
      at += blank[0].length;
      continue;
    }
    const head = match(HEAD, text, at);
    if (head === null)
      throw errorAt(
        source,
        at,
        "SECRET_INVALID",
        "this line is not KEY=value",
        "a comment begins with #; a value of several lines is quoted",
      );
    const [whole, , exported, key = "", before = "", behind = ""] = head;
    const start = at + whole.length - behind.length;
    const value = dialect === "kubectl" ? lineValue(text, start) : quotedOrPlain(source, start + behind.length, key);
    const written = text.slice(start, value.lineEnd).replace(/\r$/, "");
    const assignment = {
      key,
      isExported: exported !== undefined,
      blanks: { before, behind: value.inner === "" && value.quote === "" ? "" : behind },
      quote: value.quote,
      inner: value.inner,
      written,
      hasReturns: text.slice(start, value.lineEnd).includes("\r"),
    };
    yield { at, assignment };
    at = value.lineEnd + 1;
  }
}

type Value = Pick<Assignment, "quote" | "inner"> & {
  /** Where its last line ends, without the line feed. */
  readonly lineEnd: number;
};

function lineEndFrom(text: string, at: number): number {
  return at + (match(LINE, text, at)?.[0].length ?? 0);
}

/** To kubectl a line is a line, whatever is in it. */
function lineValue(text: string, start: number): Value {
  const lineEnd = lineEndFrom(text, start);
  return { quote: "", inner: text.slice(start, lineEnd).replace(/\r$/, ""), lineEnd };
}

/** One value, quoted or not, and where its line ends; nothing but a comment may stand behind it. */
function quotedOrPlain(source: Source, at: number, key: string): Value {
  const { text } = source;
  const { quote, inner, end } = valueAt(source, at, key);
  if (match(IGNORED, text, end) === null)
    throw errorAt(source, end, "SECRET_INVALID", `something follows the value of ${key}`, "quote the whole value");
  return { quote, inner, lineEnd: lineEndFrom(text, end) };
}

function valueAt(source: Source, at: number, key: string): Omit<Value, "lineEnd"> & { readonly end: number } {
  const { text } = source;
  const quote = text[at];
  if (quote === "`")
    throw errorAt(source, at, "SECRET_INVALID", `the value of ${key} is in backquotes`, "use 'single quotes'");
  if (quote !== "'" && quote !== '"') {
    const inner = match(PLAIN, text, at)?.[0] ?? "";
    return { quote: "", inner, end: at + inner.length };
  }
  const quoted = match(quote === "'" ? SINGLE : DOUBLE, text, at);
  if (quoted === null)
    throw errorAt(
      source,
      at,
      "SECRET_INVALID",
      `the quotes around the value of ${key} are not closed`,
      "close them, or quote it otherwise",
    );
  return { quote, inner: quoted[1] as string, end: at + quoted[0].length };
}
