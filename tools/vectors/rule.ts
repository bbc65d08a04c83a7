/** One rule of the format, and how to make a token that breaks it and nothing else. */
import type { Suite } from "../../src/model/suite.ts";
import type { Place, Steps } from "./forge.ts";

export type Reason = "malformed" | "wrong-context" | "unknown-key" | "cannot-decrypt";

/** A key that the opener of a vector holds: its seed is one byte repeated. */
export type Held = { readonly suite: Suite; readonly fill: number };

export type Rule = {
  /** What is wrong, as a sentence. */
  readonly rule: string;
  readonly suites?: readonly Suite[];
  /** Recipients, seeds 1 to n, and whether it is signed: where a rule says nothing, they take turns. */
  readonly recipients?: number;
  readonly signed?: boolean;
  readonly forge?: (suite: Suite) => Partial<Steps>;
  /** Where the token is found; where it was sealed for, if nothing is said. */
  readonly found?: Place;
  /** The key of seed 1, if nothing is said. */
  readonly held?: (suite: Suite) => readonly Held[];
};
