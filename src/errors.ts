/** Every way lacre can fail, as one class with a closed set of codes. Callers branch on the code, never on the text. */

/** The closed set of error codes. docs/errors.md explains each; src/node/exit-status.ts gives each its exit status. */
export type ErrorCode =
  | "USAGE"
  | "INPUT_NOT_FOUND"
  | "INPUT_IS_DIRECTORY"
  | "INPUT_UNREADABLE"
  | "INPUT_EMPTY"
  | "INPUT_ENCODING"
  | "INPUT_TOO_LARGE"
  | "DOCUMENT_INVALID"
  | "NOT_A_SECRET"
  | "NOT_SEALED"
  | "SECRET_INVALID"
  | "SECRET_EMPTY"
  | "MANIFEST_INVALID"
  | "ENTRY_NOT_FOUND"
  | "NAME_INVALID"
  | "NAMESPACE_MISSING"
  | "VALUE_TOO_LARGE"
  | "TOKEN_MALFORMED"
  | "WRONG_CONTEXT"
  | "UNKNOWN_KEY"
  | "CANNOT_DECRYPT"
  | "KEY_INVALID"
  | "KEY_IS_PUBLIC"
  | "KEY_IS_PRIVATE"
  | "KEY_FILE_UNSAFE"
  | "NO_PUBLIC_KEY"
  | "NO_PRIVATE_KEY"
  | "KEY_LIST_INVALID"
  | "KEY_LIST_OLD"
  | "PIN_MISMATCH"
  | "PIN_MISSING"
  | "KEY_IN_USE"
  | "KEY_UNKNOWN"
  | "BACKUP_INVALID"
  | "BACKUP_LOCKED"
  | "SHARE_INVALID"
  | "SIGNATURE_INVALID"
  | "CLUSTER_FAILED"
  | "CONFIG_INVALID"
  | "OUTPUT_FAILED"
  | "NOTHING_JUDGED"
  | "OUTPUT_EXISTS"
  | "CONFLICT"
  | "EDITOR_FAILED"
  | "NO_MEMORY_FILES"
  | "COMMAND_FAILED"
  | "GIT_FAILED"
  | "SOURCE_FAILED"
  | "TARGET_FAILED"
  | "CHECK_FAILED";

/** An error a user can act on. The message never holds secret bytes or their length; the hint is the next step. */
export class LacreError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  /** hint: required, so that no error can be thrown without a next step. */
  constructor(code: ErrorCode, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LacreError";
    this.code = code;
    this.hint = options.hint;
  }
}
