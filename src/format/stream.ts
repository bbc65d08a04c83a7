/** A stream of documents as the Secrets and SealedSecrets in it, and everything between them, which is never touched. */
import { isMap, isSeq, type ParsedNode, type YAMLMap } from "yaml";
import { LacreError } from "../errors.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import type { PlainSecret } from "../model/secret.ts";
import { isSecret, readSecret } from "./plain/secret.ts";
import { type Layout, layoutOf } from "./sealed/print.ts";
import { isSealedKind, readSealed, type SealedPlaces } from "./sealed/read.ts";
import { readDocuments, type SourceDocument } from "./yaml/documents.ts";
import { NodeReader, peekText } from "./yaml/nodes.ts";
import type { Source } from "./yaml/source.ts";

/** Where an object stands in the source: what replaces it goes from start up to end, printed in this layout. */
export type Site = { readonly start: number; readonly end: number; readonly layout: Layout };

/** One object of a stream that concerns us. */
export type StreamObject =
  | { readonly kind: "secret"; readonly site: Site; readonly secret: PlainSecret }
  | {
      readonly kind: "sealed";
      readonly site: Site;
      readonly sealed: SealedSecret;
      readonly places: SealedPlaces<ParsedNode, YAMLMap.Parsed>;
      readonly document: SourceDocument;
    };

/** The Secrets and SealedSecrets of a stream, in order, one document at a time. The items of a List count too. */
export function* readStream(source: Source): Generator<StreamObject> {
  checkJson(source);
  for (const document of readDocuments(source)) {
    if (document.contents === null) continue;
    for (const { node, isItem } of candidates(document.contents)) {
      if (isSecret(node)) {
        yield { kind: "secret", site: siteOf(document, node, isItem), secret: readSecret(document, node) };
      } else if (isSealedKind(peekText(node, "kind"), peekText(node, "apiVersion"))) {
        const places = readSealed<ParsedNode, YAMLMap.Parsed>(new NodeReader(document, "MANIFEST_INVALID"), node);
        yield { kind: "sealed", site: siteOf(document, node, isItem), sealed: places.sealed, places, document };
      } else if (peekText(node, "kind") === "Secret" && peekText(node, "apiVersion") === undefined) {
        throw new NodeReader(document, "SECRET_INVALID").error(
          node,
          "a Secret without apiVersion",
          "write: apiVersion: v1",
        );
      }
    }
  }
}

/** A stream with a .json name must be JSON: YAML would forgive what other readers do not. */
function checkJson(source: Source): void {
  if (!source.path.endsWith(".json")) return;
  try {
    JSON.parse(source.text);
  } catch {
    // The parser's message quotes the text. The YAML reader below gives a position where it finds the mistake too.
    for (const _ of readDocuments(source));
    throw new LacreError("DOCUMENT_INVALID", `${source.path}: this is not valid JSON`, {
      hint: "one JSON value a file: no comments, no trailing commas, double quotes only",
    });
  }
}

function* candidates(root: ParsedNode): Generator<{ readonly node: ParsedNode; readonly isItem: boolean }> {
  const kind = peekText(root, "kind");
  if (!isMap(root) || kind === undefined || !/^(?:Secret|SealedSecret)?List$/.test(kind)) {
    yield { node: root, isItem: false };
    return;
  }
  for (const pair of root.items) {
    const { key, value } = pair as unknown as { key: { value?: unknown }; value: ParsedNode | null };
    if (key.value !== "items" || !isSeq(value)) continue;
    for (const node of value.items as ParsedNode[]) yield { node, isItem: true };
  }
}

/** The node's range in the source. Comments at the end of a block belong to what is replaced: they may quote a value. */
function siteOf(document: SourceDocument, node: ParsedNode, isItem: boolean): Site {
  const { text } = document.source;
  const start = document.start + node.range[0];
  const layout = layoutOf(text, start, isMap(node) && node.flow === true);
  if (layout.flow) return { start, end: document.start + node.range[1], layout };
  // Outside a list everything down to the end of the document belongs to the object.
  const keepIndent = isItem ? Math.min(indentAt(text, start), layout.column - 1) : -1;
  const rangeEnd = isItem
    ? endOfComments(text, document.start + node.range[1], keepIndent)
    : endOfContents(text, start, document.end);
  return { start, end: endOfBlock(text, start, rangeEnd, keepIndent), layout };
}

/** The end of what stands below a list's item and deeper than the list: to the parser, such comments may be nobody's. */
function endOfComments(text: string, rangeEnd: number, keepIndent: number): number {
  const below = /[ \t]*(#[^\n]*)?(?:\n|$)/y;
  let end = rangeEnd;
  while (end < text.length) {
    below.lastIndex = end;
    const match = below.exec(text);
    if (match === null || (match[1] !== undefined && indentAt(text, end) <= keepIndent)) break;
    end = below.lastIndex;
  }
  return end;
}

/** The end of a document without the `...` line that may close it. */
function endOfContents(text: string, start: number, end: number): number {
  const closing = /(?<=\n)\.\.\.(?:[ \t][^\n]*)?\r?\n?$/.exec(text.slice(start, end));
  return closing === null ? end : start + closing.index;
}

function indentAt(text: string, offset: number): number {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1).search(/\S/);
}

/** The end of a block's own lines: blank lines and comments of the outside, at most `keepIndent` deep, stay out. */
export function endOfBlock(text: string, start: number, rangeEnd: number, keepIndent: number): number {
  let end = rangeEnd;
  // The range may end in the indentation of the next list item.
  if (text[end - 1] !== "\n" && /^[ \t]*$/.test(text.slice(text.lastIndexOf("\n", end - 1) + 1, end))) {
    end = text.lastIndexOf("\n", end - 1) + 1;
  }
  while (end > start) {
    const lineStart = text.lastIndexOf("\n", end - 2) + 1;
    const line = text.slice(lineStart, end).trim();
    const indent = text.slice(lineStart, end).search(/\S/);
    if (lineStart <= start || !(line === "" || (line.startsWith("#") && indent <= keepIndent))) break;
    end = lineStart;
  }
  return end;
}
