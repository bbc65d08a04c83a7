/** YAML and JSON as plain trees with positions, for readers who judge what is there instead of changing it. Lenient by design. */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument, Scalar } from "yaml";
import { documentRanges } from "./documents.ts";

/** One node. start and end are offsets in the text that was parsed. */
export type Tree =
  | { readonly kind: "map"; readonly start: number; readonly end: number; readonly entries: readonly TreeEntry[] }
  | { readonly kind: "list"; readonly start: number; readonly end: number; readonly items: readonly Tree[] }
  | {
      readonly kind: "text";
      readonly start: number;
      readonly end: number;
      readonly text: string;
      /** block: line n of the text stands n lines below the indicator at start. */
      readonly style: "plain" | "quoted" | "block";
      /** A tag such as !vault, without the exclamation mark. */
      readonly tag?: string;
    };

/** One `key: value`. Keys that are no text do not count. */
type TreeEntry = { readonly key: string; readonly start: number; readonly value: Tree };

/** One document, or the reason why there is none. */
export type TreeDocument = {
  readonly start: number;
  readonly end: number;
  readonly root: Tree | undefined;
  readonly isBroken: boolean;
};

const MAX_DEPTH = 200;

/** The documents of a stream that match, all if not said. A broken one has no root; the others are not touched by it. */
export function readTrees(text: string, matching?: RegExp): readonly TreeDocument[] {
  return documentRanges(text).flatMap(({ start, end }) => {
    if (matching?.test(text.slice(start, end)) === false) return [];
    const root = parseRoot(text.slice(start, end), start);
    if (root === "broken") return readJsonLines(text, start, end) ?? [{ start, end, root: undefined, isBroken: true }];
    return [{ start, end, root, isBroken: false }];
  });
}

/** One JSON object a line, as `kubectl get -o json | jq -c` and logs write them; undefined where it is something else. */
function readJsonLines(text: string, start: number, end: number): readonly TreeDocument[] | undefined {
  if (!/^\s*\{[^\n]*\}[ \t\r]*\n\s*\{/.test(text.slice(start, end))) return undefined;
  const documents: TreeDocument[] = [];
  for (let from = start; from < end; ) {
    const to = text.indexOf("\n", from) === -1 ? end : Math.min(end, text.indexOf("\n", from));
    const root = parseRoot(text.slice(from, to), from);
    documents.push({ start: from, end: to, root: root === "broken" ? undefined : root, isBroken: root === "broken" });
    from = to + 1;
  }
  return documents;
}

function parseRoot(text: string, offset: number): Tree | undefined | "broken" {
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false,
      strict: false,
      logLevel: "silent",
      merge: false,
      stringKeys: false,
    });
    if (document.errors.length > 0) return "broken";
    return document.contents === null ? undefined : new Converter(text, offset).convert(document.contents, 0);
  } catch {
    // The parser recurses: what is nested deeper than the stack is broken like anything else that cannot be read.
    return "broken";
  }
}

/** Converts the nodes of one document. An alias is the very node that its anchor names, so that no bomb can grow. */
class Converter {
  readonly #text: string;
  readonly #offset: number;
  readonly #anchors = new Map<string, Tree>();

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
  }

  convert(node: ParsedNode, depth: number): Tree {
    const start = this.#offset + node.range[0];
    const end = this.#offset + node.range[1];
    if (isAlias(node)) return this.#anchors.get(node.source) ?? emptyText(start);
    if (depth > MAX_DEPTH) return emptyText(start);
    const tree = this.#convertContent(node, start, end, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #convertContent(node: ParsedNode, start: number, end: number, depth: number): Tree {
    // `{{ name }}` is a map of a map to YAML and a reference to everybody else.
    if (isMap(node) && this.#text.startsWith("{{", node.range[0])) {
      return { kind: "text", start, end, text: this.#text.slice(node.range[0], node.range[1]), style: "plain" };
    }
    if (isMap(node)) {
      return { kind: "map", start, end, entries: node.items.flatMap((pair) => this.#convertPair(pair, depth)) };
    }
    if (isSeq(node)) {
      const items = (node.items as ParsedNode[]).map((item) => this.convert(item, depth + 1));
      return { kind: "list", start, end, items };
    }
    return convertScalar(node as Scalar.Parsed, start, end);
  }

  #convertPair(pair: unknown, depth: number): TreeEntry[] {
    const { key, value } = pair as { key: ParsedNode; value: ParsedNode | null };
    if (!isScalar(key)) return [];
    const start = this.#offset + (key.range?.[0] ?? 0);
    const name = typeof key.value === "string" ? key.value : String(key.source ?? "");
    return [{ key: name, start, value: value === null ? emptyText(start) : this.convert(value, depth + 1) }];
  }
}

function convertScalar(node: Scalar.Parsed, start: number, end: number): Tree {
  const { type, value, source, tag } = node;
  const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
  const style = isBlock ? "block" : type === Scalar.PLAIN ? "plain" : "quoted";
  const content = typeof value === "string" ? value : value === null ? "" : (source ?? String(value));
  const name = tag?.startsWith("!") ? tag.slice(1) : undefined;
  return { kind: "text", start, end, text: content, style, ...(name === undefined ? {} : { tag: name }) };
}

function emptyText(at: number): Tree {
  return { kind: "text", start: at, end: at, text: "", style: "plain" };
}

/** The value behind a key of a map. The last one counts, as it does for every reader that allows a key twice. */
export function valueAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let node = tree;
  for (const name of path) {
    if (node?.kind !== "map") return undefined;
    node = node.entries.findLast(({ key }) => key === name)?.value;
  }
  return node;
}

/** The text behind a key, if it is text. */
export function textAt(tree: Tree | undefined, ...path: readonly string[]): string | undefined {
  const node = valueAt(tree, ...path);
  return node?.kind === "text" ? node.text : undefined;
}

/** Every node of a tree once, parents first. */
export function* walk(tree: Tree, seen: Set<Tree> = new Set()): Generator<Tree> {
  if (seen.has(tree)) return;
  seen.add(tree);
  yield tree;
  if (tree.kind === "map") for (const { value } of tree.entries) yield* walk(value, seen);
  if (tree.kind === "list") for (const item of tree.items) yield* walk(item, seen);
}
