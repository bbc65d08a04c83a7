/** What keeps an object from being as Git says, in a closed set of reasons. Messages hold names and key ids only. */
import { LacreError } from "../../src/errors.ts";

/** The reasons, as docs/controller.md lists them. The Kubernetes conditions use the same words. */
export type Reason =
  | "UnreadableFile"
  | "NamespaceMissing"
  | "Duplicate"
  | "UnknownKey"
  | "KeyRetired"
  | "WrongContext"
  | "MalformedToken"
  | "CannotDecrypt"
  | "AmbiguousEntry"
  | "InvalidSpec"
  | "SuiteNotAccepted"
  | "ScopeNotAccepted"
  | "RolledBack"
  | "SealedInFuture"
  | "SignatureMissing"
  | "SignatureNotTrusted"
  | "NotOwned"
  | "FieldConflict"
  | "ImmutableTarget"
  | "TypeNotAllowed"
  | "NameNotAllowed"
  | "NamespaceNotAllowed"
  | "TooLarge"
  | "AccessDenied"
  | "DriftDetected"
  | "EmptySource"
  | "SourceFailed"
  | "WriteFailed"
  | "TargetFailed"
  | "KeysUnreadable"
  | "KeysNotKept"
  | "SealersUnreadable";

/** subject: `namespace/name`, a file, or `source` and `keys`. */
export type Problem = { readonly subject: string; readonly reason: Reason; readonly message: string };

/** Why an object is not written, and what a person needs to know about it. */
export type Objection = { readonly reason: Reason; readonly message: string };

/** Our own words, or the system's error code: never a foreign message, which may quote anything. */
export function describe(error: unknown, otherwise: string): string {
  if (error instanceof LacreError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? otherwise : `${otherwise} (${code})`;
}

/** What a failure of the target's system amounts to. */
export function failureOf(error: unknown, otherwise: string): Objection {
  return { reason: "WriteFailed", message: describe(error, otherwise) };
}
