/** One table from error code to exit status, for both programs, and one from what keeps an object. docs/errors.md and docs/cli.md show the same. */
import type { ErrorCode } from "../errors.ts";
import type { Problem, Reason } from "../model/pass-report.ts";

/** Exit statuses with a name, for where no error is thrown. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  found: 3,
  stale: 4,
  noKey: 5,
  integrity: 6,
  conflict: 7,
  remote: 8,
  /** Of `diff`: what runs is not what Git says. */
  different: 9,
  bug: 70,
} as const;

/** The exit status of every error. */
export const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  USAGE: EXIT.usage,
  INPUT_NOT_FOUND: EXIT.failed,
  INPUT_IS_DIRECTORY: EXIT.failed,
  INPUT_UNREADABLE: EXIT.failed,
  INPUT_EMPTY: EXIT.failed,
  INPUT_ENCODING: EXIT.failed,
  INPUT_TOO_LARGE: EXIT.failed,
  DOCUMENT_INVALID: EXIT.failed,
  NOT_A_SECRET: EXIT.failed,
  NOT_SEALED: EXIT.failed,
  SECRET_INVALID: EXIT.failed,
  SECRET_EMPTY: EXIT.failed,
  MANIFEST_INVALID: EXIT.failed,
  ENTRY_NOT_FOUND: EXIT.failed,
  NAME_INVALID: EXIT.usage,
  NAMESPACE_MISSING: EXIT.usage,
  VALUE_TOO_LARGE: EXIT.failed,
  TOKEN_MALFORMED: EXIT.integrity,
  WRONG_CONTEXT: EXIT.integrity,
  UNKNOWN_KEY: EXIT.noKey,
  CANNOT_DECRYPT: EXIT.integrity,
  KEY_INVALID: EXIT.failed,
  KEY_IS_PUBLIC: EXIT.failed,
  KEY_IS_PRIVATE: EXIT.failed,
  KEY_FILE_UNSAFE: EXIT.failed,
  NO_PUBLIC_KEY: EXIT.failed,
  NO_PRIVATE_KEY: EXIT.noKey,
  KEY_LIST_INVALID: EXIT.integrity,
  KEY_LIST_OLD: EXIT.integrity,
  PIN_MISMATCH: EXIT.integrity,
  PIN_MISSING: EXIT.integrity,
  KEY_IN_USE: EXIT.conflict,
  KEY_UNKNOWN: EXIT.noKey,
  BACKUP_INVALID: EXIT.integrity,
  BACKUP_LOCKED: EXIT.noKey,
  SHARE_INVALID: EXIT.integrity,
  SIGNATURE_INVALID: EXIT.integrity,
  CLUSTER_FAILED: EXIT.remote,
  CONFIG_INVALID: EXIT.failed,
  OUTPUT_FAILED: EXIT.failed,
  NOTHING_JUDGED: EXIT.failed,
  OUTPUT_EXISTS: EXIT.failed,
  CONFLICT: EXIT.conflict,
  EDITOR_FAILED: EXIT.failed,
  NO_MEMORY_FILES: EXIT.failed,
  COMMAND_FAILED: EXIT.failed,
  GIT_FAILED: EXIT.remote,
  SOURCE_FAILED: EXIT.remote,
  TARGET_FAILED: EXIT.remote,
  CHECK_FAILED: EXIT.failed,
};

/** The exit status of every reason that keeps an object from being as Git says. */
const OF_REASON: Readonly<Record<Reason, number>> = {
  UnreadableFile: EXIT.failed,
  NamespaceMissing: EXIT.failed,
  Duplicate: EXIT.conflict,
  UnknownKey: EXIT.noKey,
  KeyRetired: EXIT.failed,
  WrongContext: EXIT.integrity,
  MalformedToken: EXIT.integrity,
  CannotDecrypt: EXIT.integrity,
  AmbiguousEntry: EXIT.failed,
  InvalidSpec: EXIT.failed,
  SuiteNotAccepted: EXIT.failed,
  ScopeNotAccepted: EXIT.failed,
  RolledBack: EXIT.failed,
  SealedInFuture: EXIT.failed,
  SignatureMissing: EXIT.integrity,
  SignatureNotTrusted: EXIT.integrity,
  NotOwned: EXIT.conflict,
  FieldConflict: EXIT.failed,
  ImmutableTarget: EXIT.failed,
  TypeNotAllowed: EXIT.failed,
  NameNotAllowed: EXIT.failed,
  NamespaceNotAllowed: EXIT.failed,
  TooLarge: EXIT.failed,
  AccessDenied: EXIT.failed,
  DriftDetected: EXIT.failed,
  EmptySource: EXIT.failed,
  SourceFailed: EXIT.remote,
  WriteFailed: EXIT.remote,
  KeysUnreadable: EXIT.noKey,
  KeysNotKept: EXIT.remote,
  SealersUnreadable: EXIT.failed,
};

/** One status for the problems of a pass: theirs when they agree, else failed; fine without any. */
export function statusOfProblems(problems: readonly Pick<Problem, "reason">[]): number {
  const [first, ...others] = new Set(problems.map(({ reason }) => OF_REASON[reason]));
  return first === undefined ? EXIT.fine : others.length === 0 ? first : EXIT.failed;
}
