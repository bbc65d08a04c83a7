/** ejson: every string of a JSON file is encrypted, but those whose key, or a key above it, begins with an underscore. */
import { type Tree, textAt } from "../yaml/tree.ts";
import type { ForeignFormat, ForeignLeaf, LeafReader } from "./format.ts";
import { textsOf } from "./leaves.ts";

function leaves(root: Tree): readonly ForeignLeaf[] {
  return [...textsOf(root)]
    .filter(({ node }) => node.style === "quoted")
    .map(({ path, node: { start, end, text } }) => ({
      path,
      start,
      end,
      text,
      value: text,
      isSealed: text.startsWith("EJ["),
      isMeant: !path.some((name) => name.startsWith("_")),
    }));
}

/** ejson. */
export const EJSON: ForeignFormat & { readonly tree: LeafReader<Tree> } = {
  tool: "ejson",
  opened: "ejson decrypt FILE",

  value: /^EJ\[\d+:[\w+/=]+:[\w+/=]+:[\w+/=]+\]$/,
  traces: (text) => text.includes("EJ[1:"),
  tree: { isOne: (root) => textAt(root, "_public_key") !== undefined, leaves },
};
