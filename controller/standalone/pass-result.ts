/** What a pass did, in words that hold names and key ids only. */
import { LacreError } from "../../src/errors.ts";
import type { Problem } from "../../src/model/index.ts";
import type { Cause } from "../decide/decide.ts";

/** What a pass did. sourceRead is false when nothing could be told, isNewest when the source had something newer that was not taken. */
export type PassResult = {
  readonly revision: string;
  readonly sourceRead: boolean;
  readonly isNewest: boolean;
  readonly objects: number;
  readonly writes: readonly { readonly object: string; readonly cause: Cause }[];
  readonly removed: readonly string[];
  readonly unchanged: number;
  readonly problems: readonly Problem[];
};

/** The result of a pass that could not look at the source or at the keys. */
export function notRead(error: unknown): PassResult {
  if (!(error instanceof LacreError)) throw error;
  const isSource = error.code === "SOURCE_FAILED" || error.code === "SIGNATURE_INVALID";
  const message = `${error.message}; what was written before stays`;
  const problem: Problem = {
    subject: isSource ? "source" : "keys",
    reason: error.code === "SIGNATURE_INVALID" ? "SignatureNotTrusted" : isSource ? "SourceFailed" : "KeysUnreadable",
    message,
  };
  const nothing = { revision: "", objects: 0, writes: [], removed: [], unchanged: 0 };
  return { ...nothing, sourceRead: false, isNewest: false, problems: [problem] };
}
