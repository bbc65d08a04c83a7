/** Typed access to parsed YAML: what is not exactly what was expected is an error with a position, never a guess. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar, type YAMLMap } from "yaml";
import { isWellFormed } from "../../bytes.ts";
import type { ErrorCode, LacreError } from "../../errors.ts";
import * as fields from "../fields.ts";
import type { SourceDocument } from "./documents.ts";
import { errorAt, MEND } from "./source.ts";

/** A mapping node with its fields by name, in order. */
export type Mapping = fields.Mapping<ParsedNode, YAMLMap.Parsed>;

/** One `key: value` of a mapping. value is null where nothing follows the colon. */
export type Field = fields.Field<ParsedNode>;

/** Reads the nodes of one document and raises its errors under one code. */
export class NodeReader extends fields.FieldReader<ParsedNode, YAMLMap.Parsed> {
  readonly #document: SourceDocument;
  readonly #code: ErrorCode;

  constructor(document: SourceDocument, code: ErrorCode) {
    super();
    this.#document = document;
    this.#code = code;
  }

  override error(
    node: { readonly range?: readonly number[] | null | undefined },
    message: string,
    hint: string = MEND,
  ): LacreError {
    return errorAt(this.#document.source, this.#document.start + (node.range?.[0] ?? 0), this.#code, message, hint);
  }

  override mapping(node: ParsedNode | null, path: string, parent: ParsedNode): Mapping {
    if (!isMap(node)) throw this.error(node ?? parent, `${path} must be a mapping of keys to values`);
    this.#refuseMagic(node, path);
    const found = new Map<string, Field>();
    for (const pair of node.items) {
      const { key, value } = pair as Pair<ParsedNode, ParsedNode | null>;
      if (!isScalar(key) || key.source === undefined) throw this.error(key, `a key of ${path} is not plain text`);
      this.#refuseMagic(key, path);
      const name = key.value;
      if (typeof name !== "string" || isOtherPlain(key)) {
        throw this.error(
          key,
          `a key of ${path} is not text: YAML reads it as a number, a date or true/false`,
          "put it in quotes",
        );
      }
      if (name === "<<") throw this.error(key, "merge keys (<<) are not supported here", "write the fields out");
      if (found.has(name)) throw this.error(key, `${path}.${name} is there twice`, "keep one of the two");
      found.set(name, { key, value });
    }
    return { node: node as YAMLMap.Parsed, fields: found };
  }

  /** The node as text. What YAML 1.1 or 1.2 reads as something else must be quoted. */
  override text(node: ParsedNode | null, path: string, parent: ParsedNode): string {
    if (node === null || (isScalar(node) && node.value === null)) {
      throw this.error(node ?? parent, `${path} is empty`, 'for an empty value write ""');
    }
    if (isAlias(node)) throw this.error(node, "aliases are not supported here", "write the value out");
    if (!isScalar(node)) throw this.error(node, `${path} must be text`);
    this.#refuseMagic(node, path);
    if (typeof node.value !== "string" || isOtherPlain(node)) {
      throw this.error(
        node,
        `${path} is not text: YAML reads it as a number, a date or true/false`,
        "put it in quotes",
      );
    }
    // A block scalar or a tag without anything behind it was left unfinished.
    if (node.value === "" && !isQuoted(node)) throw this.error(node, `${path} is empty`, 'for an empty value write ""');
    if (!isWellFormed(node.value)) throw this.error(node, `${path} holds half of a Unicode character`);
    return node.value;
  }

  override boolean(node: ParsedNode | null, path: string, parent: ParsedNode): boolean {
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    throw this.error(node ?? parent, `${path} must be true or false`);
  }

  /** The items of a sequence. */
  items(node: ParsedNode | null, path: string, parent: ParsedNode): readonly ParsedNode[] {
    if (!isSeq(node)) throw this.error(node ?? parent, `${path} must be a list`);
    return node.items as ParsedNode[];
  }

  override isNothing(node: ParsedNode | null): boolean {
    return node === null || (isScalar(node) && node.value === null);
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
  /^(?:[Yy]|[Nn]|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[-+]?0[bB][01_]+|[-+]?0[0-7_]+|[-+]?0[xX][\da-fA-F_]+|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?|[-+]?[\d][\d_]*(?:\.[\d_]*)?(?:[Ee][-+]?\d+)?|[-+]?\.[\d_]+|\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)[\d:.]+(?:[ \t]*(?:[Zz]|[-+]\d\d?(?::\d\d)?))?)?)$/;

/** True for text without quotes that kubectl would take for something else. */
function isOtherPlain({ type, value }: Scalar): boolean {
  return type === "PLAIN" && typeof value === "string" && YAML11.test(value);
}

function isQuoted({ type }: Scalar): boolean {
  return type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
}
