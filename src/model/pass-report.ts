/** What one pass of the controller says when it ends: printed by `lacre-controller --once`, and read by `lacre sync` and by scripts. */
import { printableJson } from "./printable.ts";

/** What keeps an object from being as Git says, as docs/controller.md lists it. The conditions in Kubernetes have the same words. */
export const REASONS = [
  "UnreadableFile",
  "NamespaceMissing",
  "Duplicate",
  "UnknownKey",
  "KeyRetired",
  "WrongContext",
  "MalformedToken",
  "CannotDecrypt",
  "AmbiguousEntry",
  "InvalidSpec",
  "SuiteNotAccepted",
  "ScopeNotAccepted",
  "RolledBack",
  "SealedInFuture",
  "SignatureMissing",
  "SignatureNotTrusted",
  "NotOwned",
  "FieldConflict",
  "ImmutableTarget",
  "TypeNotAllowed",
  "NameNotAllowed",
  "NamespaceNotAllowed",
  "TooLarge",
  "AccessDenied",
  "DriftDetected",
  "EmptySource",
  "SourceFailed",
  "WriteFailed",
  "TargetFailed",
  "KeysUnreadable",
  "KeysNotKept",
  "SealersUnreadable",
] as const;

/** One of them. */
export type Reason = (typeof REASONS)[number];

/** subject: `namespace/name`, a file, or `source` and `keys`. message: names and key ids only. */
export type Problem = { readonly subject: string; readonly reason: Reason; readonly message: string };

/** Why something is not done, and what a person needs to know about it. */
export type Objection = Pick<Problem, "reason" | "message">;

/** A pass. revision: of the source, empty where it could not be read. written, removed: as `namespace/name`. status: the exit status. */
export type PassReport = {
  readonly revision: string;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
  readonly problems: readonly Problem[];
  readonly status: number;
};

/** The report as one line of JSON, with its line feed. */
export function formatPassReport({ revision, written, removed, unchanged, problems, status }: PassReport): string {
  const told = problems.map(({ subject, reason, message }) => ({ subject, reason, message }));
  const report = { revision, written, removed, unchanged, problems: told, status };
  return `${printableJson(JSON.stringify(report))}\n`;
}

const MAX_STATUS = 255;

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** True for an object with these fields and no others. */
function has(value: unknown, fields: Readonly<Record<string, (field: unknown) => boolean>>): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  if (names.length !== Object.keys(fields).length) return false;
  return names.every((name) => Object.hasOwn(fields, name) && fields[name]?.((value as Record<string, unknown>)[name]));
}

function isProblem(value: unknown): boolean {
  const isReason = (field: unknown) => REASONS.some((reason) => reason === field);
  return has(value, { subject: isText, reason: isReason, message: isText });
}

/** The report in a text; undefined for what is none, or has a reason or a field that this version does not know. */
export function parsePassReport(text: string): PassReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isReport = has(value, {
    revision: isText,
    written: isTexts,
    removed: isTexts,
    unchanged: (field) => isCount(field, Number.MAX_SAFE_INTEGER),
    problems: (field) => Array.isArray(field) && field.every(isProblem),
    status: (field) => isCount(field, MAX_STATUS),
  });
  return isReport ? (value as PassReport) : undefined;
}
