/** Changes entries of a SealedSecret in its text. Every byte that is not part of a changed entry stays as it is. */
import { isScalar, type ParsedNode, Scalar, type YAMLMap } from "yaml";
import { type Entry, entryOf, onlySlot, refuseSlots } from "../../model/entry.ts";
import { checkExcess, type SealedSecret, sortedKeys } from "../../model/sealed-secret.ts";
import { endOfBlock, type Site, type StreamObject } from "../stream.ts";
import type { Source } from "../yaml/source.ts";
import type { Splice } from "../yaml/splice.ts";
import { printScalar, printSealedSecret } from "./print.ts";
import type { EntryPlace } from "./read.ts";

type Place = EntryPlace<ParsedNode, YAMLMap.Parsed>;

/** A SealedSecret found in a stream. */
export type SealedObject = Extract<StreamObject, { kind: "sealed" }>;

/** New tokens by key; undefined removes the entry. */
export type EntryChanges = ReadonlyMap<string, string | undefined>;

/** The splices that change entries of one SealedSecret. None, when nothing changes. VALUE_TOO_LARGE where too many are added, USAGE where an entry has values for several environments. */
export function editEntries(source: Source, object: SealedObject, changes: EntryChanges): readonly Splice[] {
  const { entries } = object.sealed;
  for (const key of changes.keys()) refuseSlots(key, entries.get(key));
  const removed = [...changes].filter(([key, token]) => token === undefined && entries.has(key)).map(([key]) => key);
  const added = [...changes].filter(([key, token]) => token !== undefined && !entries.has(key)).map(([key]) => key);
  // What is over a limit already can still be made smaller.
  if (added.length > removed.length) checkExcess({ ...object.sealed, entries: changed(entries, changes) });
  const reshaped = removed.length > 0 || added.length > 0;
  const flow = object.places.entries.flow === true;
  if (reshaped && (flow || entries.size === 0 || removed.length === entries.size)) return [reprint(object, changes)];

  const editor = new BlockEditor(source, object);
  const splices: Splice[] = [];
  for (const [key, token] of changes) {
    const place = object.places.places.get(key);
    if (place === undefined) continue;
    if (token === undefined) splices.push(editor.removal(place));
    else if (token !== textOf(entries.get(key))) splices.push(editor.replacement(place, token));
  }
  for (const key of sortedKeys(added)) splices.push(editor.insertion(key, changes.get(key) as string));
  return splices;
}

/** Prints the whole object anew: for brackets, which have no lines to edit, and for the first and the last entry. */
function reprint(object: SealedObject, changes: EntryChanges): Splice {
  return replaceSealed(object.site, { ...object.sealed, entries: changed(object.sealed.entries, changes) });
}

function textOf(entry: Entry | undefined): string | undefined {
  return entry && onlySlot(entry)?.text;
}

function changed(before: ReadonlyMap<string, Entry>, changes: EntryChanges): ReadonlyMap<string, Entry> {
  const entries = new Map(before);
  for (const [key, token] of changes) {
    if (token === undefined) entries.delete(key);
    else entries.set(key, entryOf(token));
  }
  return entries;
}

/** The splice that puts a SealedSecret in the place of the object at a site. */
export function replaceSealed(site: Site, sealed: SealedSecret): Splice {
  return { start: site.start, end: site.end, text: printSealedSecret(sealed, site.layout) };
}

/** The splices that put a comment line above the token of each entry named. For who has to decide a conflict. */
export function commentEntries(
  source: Source,
  object: SealedObject,
  comments: ReadonlyMap<string, string>,
): readonly Splice[] {
  if (object.places.entries.flow === true) return [];
  return [...comments].flatMap(([key, comment]) => {
    const place = object.places.places.get(key);
    if (place === undefined || place.body.flow === true) return [];
    const at = object.document.start + place.body.range[0];
    const indent = " ".repeat(at - (source.text.lastIndexOf("\n", at - 1) + 1));
    return [{ start: at, end: at, text: `# ${comment}${object.site.layout.eol}${indent}` }];
  });
}

/** Works out splices in a block mapping of at least one entry. */
class BlockEditor {
  readonly #text: string;
  readonly #start: number;
  readonly #eol: string;
  readonly #places: readonly (readonly [string, Place])[];

  constructor(source: Source, object: SealedObject) {
    this.#text = source.text;
    this.#start = object.document.start;
    this.#eol = object.site.layout.eol;
    this.#places = [...object.places.places];
  }

  replacement({ tokens: [token] }: Place, replacement: string): Splice {
    if (!isScalar(token)) throw new TypeError("an entry without a token");
    const start = this.#start + token.range[0];
    const end = this.#start + token.range[1];
    if (token.type === Scalar.QUOTE_DOUBLE) return { start, end, text: JSON.stringify(replacement) };
    if (token.type === Scalar.QUOTE_SINGLE) return { start, end, text: `'${replacement}'` };
    const isBlock = token.type === Scalar.BLOCK_FOLDED || token.type === Scalar.BLOCK_LITERAL;
    return { start, end, text: isBlock ? replacement + this.#eol : replacement };
  }

  removal(place: Place): Splice {
    return { start: this.#lineStart(place), end: this.#entryEnd(place), text: "" };
  }

  /** Goes before the first key that sorts after it, above that key's own comments; else behind the last entry. */
  insertion(key: string, token: string): Splice {
    const next = this.#places.find(([other]) => other > key);
    const [, model] = this.#places[0] as readonly [string, Place];
    const indent = " ".repeat(this.#column(model.key.range[0]));
    const bodyIndent = model.body.flow === true ? `${indent}  ` : " ".repeat(this.#column(model.body.range[0]));
    const lines = [`${indent}${printScalar(key)}:`, `${bodyIndent}sealed: ${token}`];
    if (next !== undefined) {
      const at = this.#aboveComments(this.#lineStart(next[1]));
      return { start: at, end: at, text: lines.join(this.#eol) + this.#eol };
    }
    const [, last] = this.#places.at(-1) as readonly [string, Place];
    const at = this.#entryEnd(last);
    const text = lines.join(this.#eol);
    return { start: at, end: at, text: this.#text[at - 1] === "\n" ? text + this.#eol : this.#eol + text };
  }

  #lineStart({ key }: Place): number {
    return this.#text.lastIndexOf("\n", this.#start + key.range[0] - 1) + 1;
  }

  #column(offset: number): number {
    const at = this.#start + offset;
    return at - (this.#text.lastIndexOf("\n", at - 1) + 1);
  }

  #entryEnd({ key, body }: Place): number {
    const column = this.#column(key.range[0]);
    if (body.flow !== true)
      return endOfBlock(this.#text, this.#start + body.range[0], this.#start + body.range[1], column);
    const lineEnd = this.#text.indexOf("\n", this.#start + body.range[1]);
    return lineEnd === -1 ? this.#text.length : lineEnd + 1;
  }

  #aboveComments(lineStart: number): number {
    let at = lineStart;
    while (at > 0) {
      const previous = this.#text.lastIndexOf("\n", at - 2) + 1;
      if (!/^[ \t]*#/.test(this.#text.slice(previous, at))) break;
      at = previous;
    }
    return at;
  }
}
