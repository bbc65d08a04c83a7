/** The value that begins at an offset: quoted, bare, on the lines below, or an element of a list. */
import type { FileKind } from "../text/file-kind.ts";
import { lineBefore, lineEnd } from "../text/nearby.ts";

/** isTyped: the notation leaves no doubt that this is a value and not an expression. */
export type Value = {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  readonly isTyped: boolean;
};

const MAX_VALUE_CHARACTERS = 8_192;
const OPEN_QUOTE = /(\\*)("""|'''|["'`])/y;
const BLOCK = /[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?\r?\n/y;
const TAG_OR_ANCHOR = /(?:(?:!!|&)[\w:/.-]*[ \t]+)+/y;
/** `!Ref Name`, `!secret name`, `!vault |`: the tag says that the value is elsewhere, or sealed. */
const OWN_TAG = /![A-Za-z][\w:.-]*(?:[ \t]|$)/y;
/** What stands in front of a name that begins its line. */
const LINE_START =
  /^[ \t]*(?:-[ \t]+)*(?:\?[ \t]+)?(?:(?:export|set|setx|ENV|ARG|declare(?:[ \t]+-\w+)*|readonly|local|typeset|setenv|global|let|var|const|final|static|public|private|val|def|my|\$env:|\$Env:|\$global:|\$script:|\$)[ \t]*)*(?:%global[ \t]+)?["']?(?:[\w./-]+[.:/]+)?$/;

function stickyMatch(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A quoted string at the offset. A quote behind backslashes ends at a quote behind as many. */
export function readQuoted(text: string, at: number): Value | undefined {
  const open = stickyMatch(OPEN_QUOTE, text, at);
  if (open === null) return undefined;
  const [whole, , quote = ""] = open;
  const start = at + whole.length;
  const window = text.slice(start, start + MAX_VALUE_CHARACTERS);
  const length = closingQuote(window, open);
  if (length === undefined) return undefined;
  const value = window.slice(0, length);
  // Otherwise the quote was the end of a string, and this is what stands between two.
  if (quote.length === 1 && quote !== "`" && value.includes("\n")) return undefined;
  return { value, start, end: start + length, quoted: true, isTyped: true };
}

/** Where the string ends: at the first quote that is neither escaped nor doubled. */
function closingQuote(window: string, [whole, slashes, quote]: RegExpExecArray): number | undefined {
  const isEscaped = slashes !== "";
  for (let end = window.indexOf(whole); end !== -1; end = window.indexOf(whole, end + 1)) {
    const isOdd = countBackslashes(window, end) % 2 === 1;
    if (isOdd && (isEscaped || quote !== "'")) continue;
    if (isEscaped || quote !== "'" || window[end + 1] !== "'") return end;
    end++;
  }
  return undefined;
}

function countBackslashes(text: string, at: number): number {
  let count = 0;
  while (text[at - 1 - count] === "\\") count++;
  return count;
}

/** True for what stands in front of a name, on its line, where the value has the rest of the line to itself. */
type HasOwnLine = (before: string) => boolean;

/** The value that is assigned at the offset, or undefined where it is no scalar. nameStart tells whether the name begins its line. */
export function assignedValue(text: string, from: number, nameStart: number, kind: FileKind): Value | undefined {
  return valueAt(text, from, nameStart, kind, (before) => LINE_START.test(before));
}

/** The same for `value:` beside `name: X`, which has a line of its own unless both stand in braces. */
export function pairedValue(text: string, from: number, nameStart: number, kind: FileKind): Value | undefined {
  return valueAt(text, from, nameStart, kind, (before) => !/[{,]/.test(before));
}

function valueAt(
  text: string,
  from: number,
  nameStart: number,
  kind: FileKind,
  hasOwnLine: HasOwnLine,
): Value | undefined {
  const at = from + (stickyMatch(TAG_OR_ANCHOR, text, from)?.[0].length ?? 0);
  if (kind.notation === "yaml" && stickyMatch(OWN_TAG, text, at) !== null) return undefined;
  return readQuoted(text, at) ?? readUnquoted(text, at, nameStart, kind, hasOwnLine);
}

function readUnquoted(
  text: string,
  at: number,
  nameStart: number,
  kind: FileKind,
  hasOwnLine: HasOwnLine,
): Value | undefined {
  const head = text.slice(at, at + 20);
  if (/^\{(?!\{)/.test(head)) return objectValue(text, at);
  if (/^\[(?!\[)/.test(head)) return undefined;
  if (/^<<[-~]?["']?\w+/.test(head)) return heredoc(text, at);
  if (["yaml", "json", "prose"].includes(kind.notation)) {
    const block = stickyMatch(BLOCK, text, at);
    if (block !== null) return indented(text, at + block[0].length, nameStart);
  }
  if (kind.notation === "yaml" && /^(?:\r?\n|$)/.test(head)) return continuation(text, at, nameStart);
  return bareValue(text, at, nameStart, kind, hasOwnLine);
}

function bareValue(
  text: string,
  at: number,
  nameStart: number,
  kind: FileKind,
  hasOwnLine: HasOwnLine,
): Value | undefined {
  const end = lineEnd(text, at);
  const line = text.slice(at, Math.min(end, at + MAX_VALUE_CHARACTERS));
  if (/^(?:\{\{|\$\{|\$\(|<%)/.test(line)) return { value: line.trim(), start: at, end, quoted: false, isTyped: true };
  const isWholeLine = hasOwnLine(lineBefore(text, nameStart)) && (kind.notation === "yaml" || kind.notation === "line");
  const stop = isWholeLine ? /[ \t]+#.*$|[ \t\r]+$/ : /[\s"'`,;<>|)}\]\\].*$/s;
  const value = line.replace(kind.notation === "shell" || !isWholeLine ? /[\s"'`,;<>|)}\]\\&].*$/s : stop, "");
  if (value === "") return undefined;
  return {
    value,
    start: at,
    end: at + value.length,
    quoted: false,
    isTyped: kind.notation === "yaml" || kind.notation === "line",
  };
}

/** `{"value": "x"}`: how Terraform's state and many APIs wrap one. */
function objectValue(text: string, at: number): Value | undefined {
  const inner =
    /^\{\s*(?:\\*["']?[\w-]+\\*["']?\s*:\s*(?:true|false|\\*["']?\w*\\*["']?)\s*,\s*){0,3}\\*["']?(?:value|_value|plaintext|content|Default|default)\\*["']?\s*[:=]\s*/.exec(
      text.slice(at, at + 200),
    );
  return inner === null ? undefined : readQuoted(text, at + inner[0].length);
}

function heredoc(text: string, at: number): Value | undefined {
  const open = /^<<[-~]?["']?(\w+)["']?[^\n]*\n/.exec(text.slice(at, at + 120));
  if (open === null) return undefined;
  const start = at + open[0].length;
  const close = new RegExp(`^[ \\t]*${open[1]}[ \\t]*\\r?$`, "m").exec(text.slice(start, start + MAX_VALUE_CHARACTERS));
  if (close === null) return undefined;
  return {
    value: text.slice(start, start + close.index).trim(),
    start,
    end: start + close.index,
    quoted: true,
    isTyped: true,
  };
}

/** The lines deeper than the name's own: a block scalar. */
function indented(text: string, at: number, nameStart: number): Value | undefined {
  const column = indentOf(text, nameStart);
  let end = at;
  while (end < text.length && end - at < MAX_VALUE_CHARACTERS) {
    const next = lineEnd(text, end);
    const line = text.slice(end, next);
    if (line.trim() !== "" && line.search(/\S/) <= column) break;
    end = next + 1;
  }
  const value = text.slice(at, Math.min(end, text.length)).trim();
  return value === ""
    ? undefined
    : {
        value,
        start: at + text.slice(at, end).search(/\S/),
        end: Math.min(end, text.length),
        quoted: true,
        isTyped: true,
      };
}

/** A plain scalar that begins on the line below its key. A mapping or a list there is no value. */
function continuation(text: string, at: number, nameStart: number): Value | undefined {
  const value = indented(text, Math.min(lineEnd(text, at) + 1, text.length), nameStart);
  if (value !== undefined && /^[\w"'.-]+["']?[ \t]*:(?:\s|$)/.test(value.value)) return nestedDefault(text, value);
  if (value === undefined || /^(?:-[ \t]|#|[\w"'.-]+["']?[ \t]*:(?:\s|$)|\{|\[|[&*!|>])/.test(value.value))
    return undefined;
  const [only = ""] = value.value.split(/\n[ \t]*[\w.-]+:[ \t]/);
  const unquoted = /^(["'])(.*)\1$/s.exec(only.trim())?.[2];
  return { ...value, value: unquoted ?? only.replace(/\s*\n\s*/g, " ") };
}

/** A mapping that describes a value, with its default: a parameter of CloudFormation, an input of a workflow. */
function nestedDefault(text: string, { value, start }: Value): Value | undefined {
  const match =
    /^(?:[ \t]*[\w-]+:[ \t]*[^\n]*\n){0,6}?[ \t]*(?:Default|default):[ \t]+(["']?)(\S[^\n]*?)\1[ \t]*(?:\n|$)/.exec(
      value,
    );
  if (match === null) return undefined;
  const at = start + match[0].lastIndexOf(match[2] ?? "");
  return { value: match[2] ?? "", start: at, end: lineEnd(text, at), quoted: match[1] !== "", isTyped: true };
}

function indentOf(text: string, at: number): number {
  const line = lineBefore(text, at);
  return /^[ \t]*(?:-[ \t]+)*/.exec(line)?.[0].length ?? 0;
}

/** The strings of a list on one line, or undefined where there is no list. */
export function readList(text: string, at: number): readonly Value[] | undefined {
  if (text[at] === "[" && text[at + 1] !== "[") {
    const items: Value[] = [];
    let offset = at + 1;
    for (let count = 0; count < 50; count++) {
      const gap = /^[\s,]*/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0;
      const item = readQuoted(text, offset + gap);
      if (item === undefined) break;
      items.push(item);
      offset = item.end + 1;
    }
    return items;
  }
  return blockList(text, at);
}

/** `key:` and below it `- item` lines of plain text. */
function blockList(text: string, at: number): readonly Value[] | undefined {
  const head = /^[ \t]*\r?\n(?=[ \t]*-[ \t])/.exec(text.slice(at, at + 120));
  if (head === null) return undefined;
  const items: Value[] = [];
  let offset = at + head[0].length;
  for (let count = 0; count < 50; count++) {
    const item = /^[ \t]*-[ \t]+(["']?)([^\n"'{[]*?)\1[ \t]*\r?(?:\n|$)/.exec(text.slice(offset, offset + 1000));
    if (item === null) break;
    const value = item[2] ?? "";
    const start = offset + item[0].indexOf(value);
    if (!/^[\w.-]+:(?:\s|$)/.test(value))
      items.push({ value, start, end: start + value.length, quoted: item[1] !== "", isTyped: true });
    offset += item[0].length;
  }
  return items;
}

const MAP_CHARACTERS = 4_000;
const MAP_ENTRY = /["']?([\w.-]+)["']?[ \t]*[:=][ \t]*(["']?)([^\s"',{}[\]]{8,})\2(?=[\s,}]|$)/g;

/** The values of a map called `secrets` or `passwords`, in braces or by indentation; undefined where there is no map. */
export function readMap(text: string, at: number, nameStart: number): readonly Value[] | undefined {
  const name = /^(?:[\w.-]*[._-])?(?:secrets|passwords|credentials|tokens|secretData|secretEnv)$/i.exec(
    text.slice(nameStart, at).replace(/["'\s:=]+$/, ""),
  );
  if (name === null) return undefined;
  const body =
    text[at] === "{"
      ? bracedBody(text, at)
      : /^[ \t]*\r?\n/.test(text.slice(at, at + 40))
        ? indented(text, lineEnd(text, at) + 1, nameStart)
        : undefined;
  if (body === undefined) return undefined;
  return [...body.value.matchAll(MAP_ENTRY)].map((match) => {
    const value = match[3] ?? "";
    const start = body.start + match.index + match[0].lastIndexOf(value);
    return { value, start, end: start + value.length, quoted: match[2] !== "", isTyped: true };
  });
}

function bracedBody(text: string, at: number): Value | undefined {
  const length = text.slice(at, at + MAP_CHARACTERS).indexOf("}");
  if (length === -1) return undefined;
  return { value: text.slice(at + 1, at + length), start: at + 1, end: at + length, quoted: true, isTyped: true };
}
