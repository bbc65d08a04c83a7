/** What `verify` says: where, which rule, and how to mend it. Never a value, nor a part of one. */
import type { RuleId } from "./rules.ts";

/** One finding. Lines and columns count from 1, columns in UTF-16 units; the end is behind the last character. */
export type Finding = {
  readonly rule: RuleId;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  /** The command or the step that mends it. */
  readonly fix: string;
  /**
   * Rule, path and value under each key of the repository, in the order of the keys: the same secret on another line is the
   * same finding, another secret on the same line is not. Only there when a key was given.
   */
  readonly identities?: readonly string[];
  /** The commit that brought it, where a history was judged. */
  readonly commit?: string;
  /** Set where somebody has looked at it and allowed it, and says why. */
  readonly allowed?: { readonly by: "inline" | "configuration" | "baseline"; readonly reason: string };
};

/** The identities of a message, under each key of the repository. */
export type Identify = (message: Uint8Array) => readonly string[];
