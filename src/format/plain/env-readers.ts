/**
 * Who reads .env files, a row each: what each makes of an assignment. They share no grammar, so that a value is only what
 * was meant where they agree, or where it is known whose file it is.
 */
import { ENV_DIALECTS, type EnvDialect } from "../../model/env-dialect.ts";

/** One `KEY=value`, as it is written. */
export type Assignment = {
  readonly key: string;
  readonly isExported: boolean;
  /** Blanks before the `=` and behind it. */
  readonly blanks: { readonly before: string; readonly behind: string };
  readonly quote: "" | "'" | '"';
  /** Between the quotes, or up to the blanks and the comment at the end. */
  readonly inner: string;
  /** All behind the `=`, without the line end. */
  readonly written: string;
  /** The file has line ends of Windows here. */
  readonly hasReturns: boolean;
};

/** The value, or undefined where the reader expands, runs or refuses it, or where its versions differ. */
type EnvReader = (assignment: Assignment) => string | undefined;

const SHELL_WORD = /^(?![#~])[-\w./:@%+,=#^!?*[\]{}\p{L}\p{N}]*$/u;

/** Other quotes may be escaped quotes to a reader that then goes on to the next quote of the file. */
function isOpenEnded({ quote, inner }: Assignment): boolean {
  return quote !== "" && (inner.endsWith("\\") || inner.includes(`\\${quote}`));
}

function withoutReturns(text: string): string {
  return text.replace(/\r\n/g, "\n");
}

/** An empty value with something behind it on its line: some take that for the value, or the next line. */
function isEmptyBefore({ quote, inner, written }: Assignment): boolean {
  return quote === "" && inner === "" && written !== "";
}

function readBash(assignment: Assignment): string | undefined {
  const { key, quote, inner, written, blanks, hasReturns } = assignment;
  // To a shell a # begins a comment only where a word could begin.
  if (quote !== "" && written.startsWith("#", quote.length + inner.length + quote.length)) return undefined;
  if (!/^[A-Za-z_]\w*$/.test(key) || blanks.before + blanks.behind !== "" || hasReturns) return undefined;
  if (quote === "'") return inner;
  if (quote === "") return SHELL_WORD.test(inner) ? inner : undefined;
  return /[$`]|\\\n/.test(inner) ? undefined : inner.replace(/\\(["\\])/g, "$1");
}

function readNode(assignment: Assignment): string | undefined {
  const { quote, inner } = assignment;
  if (isEmptyBefore(assignment)) return undefined;
  if (quote === "") return (inner.split("#")[0] as string).trim();
  if (quote === '"' && inner.includes('\\"')) return undefined;
  return quote === '"' ? withoutReturns(inner).replace(/\\n/g, "\n") : withoutReturns(inner);
}

function readNpmDotenv(assignment: Assignment): string | undefined {
  const { quote, inner } = assignment;
  if (quote === "") return (inner.split("#")[0] as string).trim();
  if (isOpenEnded(assignment)) return undefined;
  if (quote === "'") return withoutReturns(inner);
  return withoutReturns(inner).replace(/\\n/g, "\n").replace(/\\r/g, "\r");
}

function readDotenvx(assignment: Assignment): string | undefined {
  const { quote, inner } = assignment;
  if (quote === "'") return readNpmDotenv(assignment);
  // It expands variables, runs $(commands) and resolves escapes, some of them twice.
  if (/[$`]|^encrypted:/.test(inner)) return undefined;
  if ((quote === "" ? inner : inner.replace(/\\n/g, "")).includes("\\")) return undefined;
  return readNpmDotenv(assignment);
}

const PYTHON_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function readPython(assignment: Assignment): string | undefined {
  const { quote, inner } = assignment;
  if (inner.includes("${") || isEmptyBefore(assignment) || isOpenEnded(assignment)) return undefined;
  if (quote === "") return inner;
  if (quote === "'") return withoutReturns(inner).replace(/\\\\/g, "\\");
  return withoutReturns(inner).replace(/\\([\\'"abfnrtv])/g, (_, letter: string) => PYTHON_ESCAPES[letter] as string);
}

function readCompose(assignment: Assignment): string | undefined {
  const { key, quote, inner } = assignment;
  if (key.includes("-") || isEmptyBefore(assignment) || isOpenEnded(assignment)) return undefined;
  if (quote === "'") return inner;
  if (inner.includes("$") || (quote === "" && inner.includes("#"))) return undefined;
  if (quote === "") return inner;
  return inner.replace(/\\n/g, "").includes("\\") ? undefined : inner.replace(/\\n/g, "\n");
}

function readKubectl({ key, isExported, blanks, written }: Assignment): string | undefined {
  if (isExported || blanks.before !== "" || /^\d/.test(key) || written.includes("\n")) return undefined;
  return written;
}

/** Every one of them. */
export const ENV_READERS: Readonly<Record<EnvDialect, EnvReader>> = {
  bash: readBash,
  node: readNode,
  dotenv: readNpmDotenv,
  dotenvx: readDotenvx,
  python: readPython,
  compose: readCompose,
  kubectl: readKubectl,
};

/** What all of them make of it, or who reads it in which way: a list for each, and those who give no value by themselves. */
export type Agreement =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly sides: readonly (readonly EnvDialect[])[]; readonly without: readonly EnvDialect[] };

/** Asks all of them. */
export function agreementOn(assignment: Assignment): Agreement {
  const sides = new Map<string, EnvDialect[]>();
  const without: EnvDialect[] = [];
  for (const dialect of ENV_DIALECTS) {
    const value = ENV_READERS[dialect](assignment);
    if (value === undefined) without.push(dialect);
    else sides.set(value, [...(sides.get(value) ?? []), dialect]);
  }
  const [first, ...others] = sides.keys();
  if (first !== undefined && others.length === 0 && without.length === 0) return { ok: true, value: first };
  return { ok: false, sides: [...sides.values()], without };
}
