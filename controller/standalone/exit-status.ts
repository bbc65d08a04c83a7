/** How a pass ends, in the statuses of both programs. */
import { EXIT } from "../../src/node/exit-status.ts";
import type { Problem, Reason } from "../decide/problem.ts";

const OF_REASON: Partial<Readonly<Record<Reason, number>>> = {
  SourceFailed: EXIT.remote,
  WriteFailed: EXIT.remote,
  TargetFailed: EXIT.remote,
  KeysNotKept: EXIT.remote,
  UnknownKey: EXIT.noKey,
  KeysUnreadable: EXIT.noKey,
  WrongContext: EXIT.integrity,
  MalformedToken: EXIT.integrity,
  CannotDecrypt: EXIT.integrity,
  SignatureMissing: EXIT.integrity,
  SignatureNotTrusted: EXIT.integrity,
  NotOwned: EXIT.conflict,
  Duplicate: EXIT.conflict,
};

/** One status for the problems of a pass: theirs when they agree, else failed; fine without any. */
export function statusOfProblems(problems: readonly Problem[]): number {
  const [first, ...others] = new Set(problems.map(({ reason }) => OF_REASON[reason] ?? EXIT.failed));
  return first === undefined ? EXIT.fine : others.length === 0 ? first : EXIT.failed;
}
