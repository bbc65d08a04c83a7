/** Typed access to parsed YAML: what is not exactly what was expected is an error with a position, never a guess. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar, type YAMLMap } from "yaml";
import { isWellFormed } from "../../bytes.ts";
import type { ErrorCode, LacreError } from "../../errors.ts";
import type { SourceDocument } from "./documents.ts";
import { errorAt } from "./source.ts";

/** A mapping node with its fields by name, in order. */
export type Mapping = {
  readonly node: YAMLMap.Parsed;
  readonly fields: ReadonlyMap<string, Field>;
};

/** One `key: value` of a mapping. value is null where nothing follows the colon. */
export type Field = { readonly key: Scalar.Parsed; readonly value: ParsedNode | null; readonly pair: Pair };

/** Reads the nodes of one document and raises its errors under one code. */
export class NodeReader {
  readonly #document: SourceDocument;
  readonly #code: ErrorCode;

  constructor(document: SourceDocument, code: ErrorCode) {
    this.#document = document;
    this.#code = code;
  }

  /** An error at a node. */
  error(node: { readonly range?: readonly number[] | null | undefined }, message: string, hint?: string): LacreError {
    return errorAt(this.#document.source, this.#document.start + (node.range?.[0] ?? 0), this.#code, message, hint);
  }

  /** The node as a mapping with unique, plain keys. */
  mapping(node: ParsedNode | null, path: string, parent: ParsedNode): Mapping {
    if (!isMap(node)) throw this.error(node ?? parent, `${path} must be a mapping of keys to values`);
    this.#refuseMagic(node, path);
    const fields = new Map<string, Field>();
    for (const pair of node.items) {
      const { key, value } = pair as Pair<ParsedNode, ParsedNode | null>;
      if (!isScalar(key) || key.source === undefined) throw this.error(key, `a key of ${path} is not plain text`);
      this.#refuseMagic(key, path);
      // A key is text as it is written: `true:` is the key "true", as Kubernetes reads it.
      const name = typeof key.value === "string" ? key.value : key.source;
      if (name === "<<") throw this.error(key, "merge keys (<<) are not supported here", "write the fields out");
      if (fields.has(name)) throw this.error(key, `${path}.${name} is there twice`, "keep one of the two");
      fields.set(name, { key, value, pair });
    }
    return { node: node as YAMLMap.Parsed, fields };
  }

  /** The node as text. What YAML 1.1 or 1.2 reads as something else must be quoted. */
  text(node: ParsedNode | null, path: string, parent: ParsedNode): string {
    if (node === null || (isScalar(node) && node.value === null)) {
      throw this.error(node ?? parent, `${path} is empty`, 'for an empty value write ""');
    }
    if (isAlias(node)) throw this.error(node, "aliases are not supported here", "write the value out");
    if (!isScalar(node)) throw this.error(node, `${path} must be text`);
    this.#refuseMagic(node, path);
    if (typeof node.value !== "string" || (node.type === "PLAIN" && isOtherInYaml11(node.value))) {
      throw this.error(
        node,
        `${path} is not text: YAML reads it as a number, a date or true/false`,
        "put it in quotes",
      );
    }
    if (!isWellFormed(node.value)) throw this.error(node, `${path} holds half of a Unicode character`);
    return node.value;
  }

  /** The node as true or false. */
  boolean(node: ParsedNode | null, path: string, parent: ParsedNode): boolean {
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    throw this.error(node ?? parent, `${path} must be true or false`);
  }

  /** The items of a sequence. */
  items(node: ParsedNode | null, path: string, parent: ParsedNode): readonly ParsedNode[] {
    if (!isSeq(node)) throw this.error(node ?? parent, `${path} must be a list`);
    return node.items as ParsedNode[];
  }

  /** A mapping of text to text, such as labels. Nothing there is an empty one. */
  textMap(field: Field | undefined, path: string): Map<string, string> {
    const out = new Map<string, string>();
    if (field === undefined || isNothing(field.value)) return out;
    for (const [name, { key, value }] of this.mapping(field.value, path, field.key).fields) {
      out.set(name, this.text(value, `${path}.${name}`, key));
    }
    return out;
  }

  /** Refuses fields nobody knows, with the one that was probably meant. */
  refuseUnknown(mapping: Mapping, path: string, known: readonly string[]): void {
    for (const [name, { key }] of mapping.fields) {
      if (known.includes(name)) continue;
      const meant = closest(name, known);
      const where = path === "" ? name : `${path}.${name}`;
      throw this.error(key, `unknown field ${where}`, meant === undefined ? undefined : `did you mean ${meant}?`);
    }
  }

  #refuseMagic(node: ParsedNode, path: string): void {
    if (isAlias(node)) throw this.error(node, "aliases are not supported here", "write the value out");
    if (node.anchor !== undefined) throw this.error(node, "anchors are not supported here", "remove the & mark");
    const { tag } = node;
    if (tag !== undefined && !/^(?:!|tag:yaml\.org,2002:(?:str|map|seq))$/.test(tag)) {
      throw this.error(node, `the tag on ${path} is not supported`, "remove the tag; bytes go into data as base64");
    }
  }
}

/** True where nothing was written, or null. */
export function isNothing(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** The text of a field, if it is text: for looking at documents that may be anything. */
export function peekText(node: ParsedNode | null | undefined, name: string): string | undefined {
  if (!isMap(node)) return undefined;
  for (const { key, value } of node.items) {
    if (isScalar(key) && key.value === name)
      return isScalar(value) && typeof value.value === "string" ? value.value : undefined;
  }
  return undefined;
}

// What kubectl's YAML 1.1 parser would take for a boolean, a number in base 8 or 60, or one with underscores.
const YAML11 =
  /^(?:y|n|yes|no|on|off|[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?0x[\da-f_]+|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|[-+]?[\d][\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|[-+]?\.[\d_]+|\d{4}-\d\d?-\d\d?(?:(?:t|[ \t]+)[\d:.]+(?:[ \t]*(?:z|[-+]\d\d?(?::\d\d)?))?)?)$/i;

function isOtherInYaml11(text: string): boolean {
  return YAML11.test(text);
}

/** The known word with the fewest edits, at most two. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= 2 && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitute, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
