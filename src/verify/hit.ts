/** What a detector found, before anybody asked whether it is allowed. It holds the value and never leaves this folder. */
import type { RuleId } from "./rules.ts";

/** start and end are offsets in the text of the file. */
export type Hit = {
  readonly rule: RuleId;
  readonly start: number;
  readonly end: number;
  /** What it is about, in the words of the file: a name, never a value. */
  readonly subject: string;
  /** For the finding's identity. */
  readonly value: string;
};

/** Where detectors put what they find. */
export type Report = (hit: Hit) => void;

/** A text under examination. `locate` maps its offsets to those of the file, for texts that stand inside another one. */
export type Passage = {
  readonly path: string;
  readonly text: string;
  readonly depth: number;
  readonly locate: (offset: number) => number;
};
