/** The texts of a tree with their paths, for formats that encrypt value by value. */
import type { Tree } from "../yaml/tree.ts";

/** One text. */
export type TextLeaf = { readonly path: readonly string[]; readonly node: Extract<Tree, { kind: "text" }> };

/** Every text once: aliases make trees that are larger than their source. */
export function* textsOf(node: Tree, path: readonly string[] = [], seen: Set<Tree> = new Set()): Generator<TextLeaf> {
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === "map") for (const { key, value } of node.entries) yield* textsOf(value, [...path, key], seen);
  else if (node.kind === "list") for (const item of node.items) yield* textsOf(item, path, seen);
  else yield { path, node };
}
