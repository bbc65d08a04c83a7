/** .env files: KEY=value lines, as Docker, Node and the dotenv libraries agree on them. What they read differently is refused. */
import { utf8 } from "../../bytes.ts";
import { isKey } from "../../model/names.ts";
import { errorAt, type Source } from "../yaml/source.ts";

const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?([^\s=#'"]+)[ \t]*=[ \t]*/y;
const IGNORED = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const SINGLE = /'([^']*)'/y;
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y;
// A plain value ends at the line's end or at a # that follows a space.
const PLAIN = /(?:[^\s#'"`]|#(?<![ \t]#)|[ \t]+(?![\s#]|$))*/my;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The values of a .env file in order, or SECRET_INVALID with the place of the mistake. No ${VARIABLE} is expanded. */
export function readDotenv(source: Source): Map<string, Uint8Array> {
  const { text } = source;
  const values = new Map<string, Uint8Array>();
  let at = 0;
  while (at < text.length) {
    const blank = match(IGNORED, text, at);
    if (blank !== null && blank[0] !== "") {
      at += blank[0].length;
      continue;
    }
    const assignment = match(ASSIGNMENT, text, at);
    const key = assignment?.[1];
    if (assignment === null || key === undefined)
      throw errorAt(
        source,
        at,
        "SECRET_INVALID",
        "this line is not KEY=value",
        "a comment begins with #; a value of several lines is quoted",
      );
    if (!isKey(key))
      throw errorAt(source, at, "SECRET_INVALID", "this key is not valid", "letters, digits, '-', '_' and '.'");
    if (values.has(key)) throw errorAt(source, at, "SECRET_INVALID", `${key} is there twice`, "keep one of the two");
    const value = dotenvValue(source, at + assignment[0].length, key);
    values.set(key, utf8(value.text));
    const rest = match(IGNORED, text, value.end);
    if (rest === null)
      throw errorAt(
        source,
        value.end,
        "SECRET_INVALID",
        `something follows the value of ${key}`,
        "quote the whole value",
      );
    at = value.end + rest[0].length;
  }
  return values;
}

/** One value, quoted or not: its text, and where it ends. */
function dotenvValue(source: Source, at: number, key: string): { readonly text: string; readonly end: number } {
  const { text } = source;
  const quote = text[at];
  if (quote === "`")
    throw errorAt(source, at, "SECRET_INVALID", `the value of ${key} is in backquotes`, 'use "double quotes"');
  if (quote !== "'" && quote !== '"') {
    const plain = match(PLAIN, text, at)?.[0] ?? "";
    return { text: plain, end: at + plain.length };
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
  const end = at + quoted[0].length;
  const inner = quoted[1] as string;
  if (quote === "'") return { text: inner, end };
  const unescaped = inner.replace(/\\([\s\S])/g, (_, escaped: string) => {
    const meant = ESCAPES[escaped];
    if (meant === undefined) {
      throw errorAt(
        source,
        at,
        "SECRET_INVALID",
        `the value of ${key} has an escape that readers of .env files disagree on`,
        "use 'single quotes'",
      );
    }
    return meant;
  });
  return { text: unescaped, end };
}
