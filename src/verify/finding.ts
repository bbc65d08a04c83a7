/** What `verify` says: where, which rule, and how to mend it. Never a value, nor a part of one. */

/** The rules there are. docs/cli.md explains each. */
export type RuleId =
  | "kubernetes-secret-plaintext"
  | "lacre-private-key"
  | "sealed-token-malformed"
  | "sealed-token-moved"
  | "unreadable";

/** One finding. line counts from 1. */
export type Finding = {
  readonly rule: RuleId;
  readonly path: string;
  readonly line: number;
  readonly message: string;
  /** The command or the step that mends it. */
  readonly fix: string;
};
