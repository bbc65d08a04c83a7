/** How the controller ends, in the numbers of docs/cli.md. */
import type { ErrorCode } from "../src/index.ts";
import type { Problem, Reason } from "./problem.ts";

const OF_REASON: Partial<Readonly<Record<Reason, number>>> = {
  SourceFailed: 8,
  WriteFailed: 8,
  KeysNotKept: 8,
  UnknownKey: 5,
  KeysUnreadable: 5,
  WrongContext: 6,
  MalformedToken: 6,
  CannotDecrypt: 6,
  SignatureMissing: 6,
  SignatureNotTrusted: 6,
  NotOwned: 7,
  Duplicate: 7,
};

const OF_ERROR: Partial<Readonly<Record<ErrorCode, number>>> = {
  USAGE: 2,
  NAME_INVALID: 2,
  CONFLICT: 7,
  SOURCE_FAILED: 8,
  TARGET_FAILED: 8,
};

/** The status of an error that ended the controller. */
export function statusOfError(code: ErrorCode): number {
  return OF_ERROR[code] ?? 1;
}

/** One status for the problems of a pass: theirs when they agree, else 1; 0 without any. */
export function statusOfProblems(problems: readonly Problem[]): number {
  const [first, ...others] = new Set(problems.map(({ reason }) => OF_REASON[reason] ?? 1));
  return first === undefined ? 0 : others.length === 0 ? first : 1;
}
