/** What there is to judge, wherever it lies. */
import type { TreeName } from "../../src/verify/index.ts";
import type { Tree } from "../git/tree-files.ts";
import type { VerifyItem } from "./verify-items.ts";

/** Everything to judge. Items are handed out one at a time, so that a large repository is never held at once. */
export type Contents = {
  readonly notes: readonly string[];
  readonly root: string;
  /** How many items there will be. */
  readonly count: number;
  /** Where the change that is judged ends, and what it is compared with: of a range and of the index. */
  readonly change?: { readonly tip: Tree; readonly bases: readonly string[] };
  /** The files that say something about others. */
  readonly roleFiles: () => Promise<readonly VerifyItem[]>;
  readonly items: () => AsyncIterable<VerifyItem>;
  /** All that Git holds or would hold among them, links and submodules too; nothing of what it ignores. */
  readonly names: () => Promise<readonly TreeName[]>;
};
