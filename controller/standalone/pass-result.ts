/** What a pass did, in words that hold names and key ids only. */
import { LacreError } from "../../src/errors.ts";
import type { Problem } from "../../src/model/index.ts";
import type { Cause } from "../decide/decide.ts";
import type { ObservedPass } from "../telemetry/observed-pass.ts";

/** What a pass did: what is observed of it, and how many objects were as they should be. */
export type PassResult = ObservedPass & {
  readonly writes: readonly { readonly object: string; readonly cause: Cause }[];
  readonly unchanged: number;
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
