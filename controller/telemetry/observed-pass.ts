/** A pass of the standalone controller as logs and metrics see it. */
import type { Problem } from "../../src/model/index.ts";

/** sourceRead is false when nothing could be told, isNewest when the source had something newer that was not taken. */
export type ObservedPass = {
  readonly revision: string;
  readonly sourceRead: boolean;
  readonly isNewest: boolean;
  readonly objects: number;
  readonly writes: readonly { readonly object: string; readonly cause: string }[];
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
};
