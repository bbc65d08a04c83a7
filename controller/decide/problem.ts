/** What keeps an object from being as Git says, in a closed set of reasons. Messages hold names and key ids only. */

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
  | "KeysUnreadable"
  | "KeysNotKept"
  | "SealersUnreadable";

/** subject: `namespace/name`, a file, or `source` and `keys`. */
export type Problem = { readonly subject: string; readonly reason: Reason; readonly message: string };

/** Why an object is not written, and what a person needs to know about it. */
export type Objection = { readonly reason: Reason; readonly message: string };
