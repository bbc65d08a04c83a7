/** A YAML or JSON stream as its documents, each parsed on its own, each knowing where it stands in the text. */
import { type Document, type ParsedNode, parseDocument, type YAMLError } from "yaml";
import { errorAt, MEND, type Source } from "./source.ts";

/** One document. Offsets of nodes count from `start`. */
export type SourceDocument = {
  readonly source: Source;
  /** Where the document's text begins in the source. */
  readonly start: number;
  readonly end: number;
  readonly contents: ParsedNode | null;
};

// YAML 1.2.2, rule c-forbidden: these lines end a document even inside a scalar, so splitting by line is exact.
const MARKER = /^(?:---|\.\.\.)(?=[\s]|$)/gm;
const NOTHING_YET = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*$/;

/** The ranges of the documents. Together they cover the whole text. */
export function documentRanges(text: string): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  let start = 0;
  let open = false;
  for (const match of text.matchAll(MARKER)) {
    if (match[0] === "---") {
      // Comments and directives above the first marker belong to the document below it.
      if (open || !NOTHING_YET.test(text.slice(start, match.index))) {
        ranges.push({ start, end: match.index });
        start = match.index;
      }
      open = true;
    } else {
      const lineEnd = text.indexOf("\n", match.index);
      const end = lineEnd === -1 ? text.length : lineEnd + 1;
      ranges.push({ start, end });
      start = end;
      open = false;
    }
  }
  if (start < text.length) ranges.push({ start, end: text.length });
  return ranges;
}

/** Plain words for the parser's error codes: its own messages may quote the source, and the source holds secrets. */
const EXPLAINED: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not fit",
  TAB_AS_INDENT: "tabs cannot indent YAML",
  MISSING_CHAR: "a character is missing here, such as a closing quote, bracket or colon",
  BAD_DQ_ESCAPE: "this escape sequence does not exist",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line; a colon may be missing",
  BLOCK_AS_IMPLICIT_KEY: "a mapping starts where a value was expected",
  BLOCK_IN_FLOW: "a block cannot stand inside brackets",
  UNEXPECTED_TOKEN: "this does not belong here",
  BAD_SCALAR_START: "a plain value cannot start with this character: put it in quotes",
  TAG_RESOLVE_FAILED: "this tag is not supported",
  BAD_ALIAS: "this alias points nowhere",
  RESOURCE_EXHAUSTION: "this document is nested too deeply",
};

function explain(error: YAMLError): string {
  return EXPLAINED[error.code] ?? "this is not valid YAML";
}

function parseOne(text: string): Document.Parsed {
  return parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    strict: true,
    logLevel: "silent",
    merge: false,
  });
}

function parseRange(source: Source, start: number, end: number): SourceDocument {
  let document: Document.Parsed;
  try {
    document = parseOne(source.text.slice(start, end));
  } catch (error) {
    if (error instanceof RangeError)
      throw errorAt(source, start, "DOCUMENT_INVALID", "this document is nested too deeply", MEND);
    throw error;
  }
  const [error] = document.errors;
  if (error !== undefined) {
    throw errorAt(
      source,
      start + error.pos[0],
      "DOCUMENT_INVALID",
      explain(error),
      "nothing was written; mend the file first",
    );
  }
  return { source, start, end, contents: document.contents };
}

/** The documents of a stream, one at a time, so that a large stream is never held as one tree. */
export function* readDocuments(source: Source): Generator<SourceDocument> {
  for (const { start, end } of documentRanges(source.text)) yield parseRange(source, start, end);
}
