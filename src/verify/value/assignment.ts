/** A name with the value that stands behind it, in whatever notation: found around the name, so that no parser is needed. */

import type { FileKind } from "../text/file-kind.ts";
import { lineBefore, lineStart } from "../text/nearby.ts";
import { assignedValue, pairedValue, readList, readMap, readQuoted, type Value } from "./assigned-value.ts";

/** One name and its value. quoted: the text itself says where the value begins and ends. */
export type Assignment = Value & { readonly name: string; readonly nameStart: number };

/** An identifier around an offset, or undefined where there is none. */
export type Identifier = { readonly name: string; readonly start: number; readonly end: number };

const MAX_NAME_CHARACTERS = 100;

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

/** The whole identifier that holds the offset. */
export function identifierAt(text: string, offset: number): Identifier | undefined {
  let start = offset;
  let end = offset;
  const limit = offset + MAX_NAME_CHARACTERS;
  while (start > 0 && offset - start < MAX_NAME_CHARACTERS && isNameCode(text.charCodeAt(start - 1))) start--;
  while (end < limit && isNameCode(text.charCodeAt(end))) end++;
  while (end > offset && /[.-]/.test(text[end - 1] as string)) end--;
  while (start < offset && /[.-]/.test(text[start] as string)) start++;
  if (end - start > MAX_NAME_CHARACTERS || end === start) return undefined;
  return { name: text.slice(start, end), start, end };
}

/** name = value, name: value, "name": value, name := value, name => value, with a type in between where a language has one. */
const SEPARATOR =
  /(?:\\*["'`])?(?:\]|\))?[ \t]*(?:(?::[ \t]*)?&?[A-Za-z_][\w<>[\]|.?*]{0,40}[ \t]*(?==[ \t]*\\*["'`]))?(:=|::=|=>|\?=|\+=|=(?![=~>])|:(?![:/\\]))[ \t]*/y;
/** "name", "value" and ("name" , "value"). */
const ARGUMENT = /\\*["'`][ \t]*,[ \t]*(?:\n[ \t]*)?(?=\\*["'`])/y;
/** name("value") and .name('value'). */
const CALL = /\([ \t]*(?=\\*["'`])/y;
const SPACES = /[ \t]+/y;
const OPTION_ITEM = /["']?[ \t]*\r?\n[ \t]*-[ \t]+/y;
/** After the name in `name: THE_NAME`, what leads to its value, over at most three lines that say something else. */
const PAIRED =
  /\\*["'`]?[ \t]*,?[ \t]*(?:\r?\n[ \t]*(?:\\*["']?(?:type|required|sensitive|masked|protected|description|environment_scope|encrypted|forceString|slug|in|raw|variable_type|show|readOnly|secure|is_?secret|enabled)\\*["']?[ \t]*[:=][^\n]{0,120})?,?){0,4}[ \t]*\\*["']?(?:value|Value|val|default|defaultValue|default_value|content|contents|data|stringValue|string_value|password|secret|plaintext)\\*["']?[ \t]*[:=][ \t]*/y;
const PAIR_HEAD =
  /(?:^|[\s{,<(["'])(?:name|key|Name|Key|id|variable|var|field|Variable|property|param|header|k)\\*["'`]?[ \t]*[:=][ \t]*\\*["'`]?$/;
const HCL_BLOCK = /(?:variable|output|locals?)[ \t]+"$/;
const HCL_DEFAULT = /\b(?:default|value)[ \t]*=[ \t]*/;
const ELEMENT = /(?:\s[^<>]{0,200})?>/y;
const ELEMENT_PAIR = /<\/(?:key|name|Name|Key|string|param-name|property)>\s*<(?:string|value|Value|val|param-value)>/y;

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? undefined : at + match[0].length;
}

/** Every value that the identifier is a name for. Mostly none or one; a list has many. */
export function assignmentsOf(text: string, identifier: Identifier, kind: FileKind): readonly Assignment[] {
  return valuesOf(text, identifier, kind).map((value) => ({
    ...value,
    name: identifier.name,
    nameStart: identifier.start,
  }));
}

function valuesOf(text: string, { start, end }: Identifier, kind: FileKind): readonly Value[] {
  const before = text.slice(Math.max(0, start - 60), start);
  // `${NAME:?message}` says what to do when there is no value.
  if (/[$#%]\{$/.test(before)) return [];
  if (/encrypted\w*["']?\s*[:=]\s*\{[^{}]*$/i.test(before)) return [];
  // Helm's `checksum/secret` says when to restart.
  if (/(?:checksum|hash|digest|sha\d*)[/]$/i.test(before)) return [];
  if (HCL_BLOCK.test(before)) return blockDefault(text, start, end, kind);
  if (PAIR_HEAD.test(before)) return pairedValues(text, start, end, kind);
  if (/<[\w:]{0,20}$/.test(before)) return elementValue(text, end);
  if (before.endsWith(">")) return elementText(text, matchAt(ELEMENT_PAIR, text, end));
  const assigned = matchAt(SEPARATOR, text, end);
  if (assigned !== undefined) {
    return (
      readList(text, assigned) ?? readMap(text, assigned, start) ?? optional(assignedValue(text, assigned, start, kind))
    );
  }
  const argument = (isArgument(before, kind) ? matchAt(ARGUMENT, text, end) : undefined) ?? matchAt(CALL, text, end);
  if (argument !== undefined) return optional(readQuoted(text, argument));
  return spacedValue(text, start, end, before, kind);
}

/** In a list of words the next one is no value: only behind a parenthesis, among arguments of a program, or behind dashes. */
function isArgument(before: string, kind: FileKind): boolean {
  return (kind.notation === "code" ? /(?:[(,]\s*\\*["'`]|--?)$/ : /(?:\(\s*\\*["'`]|--?)$/).test(before);
}

function optional(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

/** `variable "x" { default = "..." }`: the default within the block, which ends at the first brace that begins a line. */
function blockDefault(text: string, start: number, end: number, kind: FileKind): readonly Value[] {
  const window = text.slice(end, end + 4000);
  const close = window.indexOf("\n}");
  const block = close === -1 ? window.slice(0, 1000) : window.slice(0, close);
  const match = HCL_DEFAULT.exec(block);
  return match === null ? [] : optional(assignedValue(text, end + match.index + match[0].length, start, kind));
}

/** `name: X` beside `value: Y`, in either order. */
function pairedValues(text: string, start: number, end: number, kind: FileKind): readonly Value[] {
  const after = matchAt(PAIRED, text, end);
  if (after !== undefined) return optional(pairedValue(text, after, start, kind));
  const attribute = /^\\*["'][^<>]{0,80}>/.exec(text.slice(end, end + 100));
  if (attribute !== null) return elementText(text, end + attribute[0].length);
  const line = lineStart(text, start);
  // A dash begins another item: what stands above belongs to the one before.
  if (/^[ \t]*-/.test(text.slice(line, start))) return [];
  const previous = text.slice(lineStart(text, line - 1), line);
  const value = /^[ \t]*-?[ \t]*["']?value["']?[ \t]*:[ \t]*/.exec(previous);
  if (value === null || line === 0) return [];
  const at = line - previous.length + value[0].length;
  return optional(assignedValue(text, at, at, kind));
}

function elementValue(text: string, end: number): readonly Value[] {
  return elementText(text, matchAt(ELEMENT, text, end));
}

/** The text of an XML element. */
function elementText(text: string, at: number | undefined): readonly Value[] {
  if (at === undefined) return [];
  const length = text.slice(at, at + 4096).indexOf("<");
  if (length === -1) return [];
  const close = at + length;
  const cdata = text.startsWith("<![CDATA[", close) && text.slice(at, close).trim() === "";
  const from = cdata ? close + 9 : at;
  const to = cdata ? from + text.slice(from, from + 4096).indexOf("]]>") : close;
  if (to < from) return [];
  const value = text.slice(from, to);
  return [
    {
      value: value.trim(),
      start: from + (value.length - value.trimStart().length),
      end: to,
      quoted: true,
      isTyped: true,
    },
  ];
}

/** `--password VALUE`, `password VALUE` in .netrc, `PASSWORD 'VALUE'` in SQL. */
function spacedValue(text: string, start: number, end: number, before: string, kind: FileKind): readonly Value[] {
  if (/(?:^|[\s"'[,])--?$/.test(before)) {
    const item = matchAt(OPTION_ITEM, text, end) ?? matchAt(SPACES, text, end);
    return item === undefined ? [] : optional(wordAt(text, item));
  }
  const spaces = matchAt(SPACES, text, end);
  if (spaces === undefined) return [];
  const isQuoted = /^\\*["']/.test(text.slice(spaces, spaces + 3));
  const isStatement = kind.notation === "code" && lineBefore(text, start).trim() === "";
  if (isQuoted && (isStatement || /^pass(?:word|phrase)$/i.test(text.slice(start, end))))
    return optional(readQuoted(text, spaces));
  const isDockerEnv = kind.notation === "shell" && /(?:^|\n)[ \t]*ENV[ \t]+$/.test(before);
  if (isDockerEnv || (kind.notation === "spaced" && !/#/.test(lineBefore(text, start))))
    return optional(wordAt(text, spaces));
  return [];
}

function wordAt(text: string, at: number): Value | undefined {
  const quoted = readQuoted(text, at);
  if (quoted !== undefined) return quoted;
  const word = /^[^\s"'`\\<>|;&]+/.exec(text.slice(at, at + 600))?.[0];
  if (word === undefined || word.startsWith("-")) return undefined;
  return { value: word, start: at, end: at + word.length, quoted: false, isTyped: true };
}
