/** Judges files without any key: is there a secret in plain sight, and is every sealed value sound and in its place? */

import { utf8 } from "../bytes.ts";
import { sha256 } from "../crypto/sha256.ts";
import type { SignatureMeans } from "../crypto/signature.ts";
import { shellQuoted, shellWord } from "../model/shell-word.ts";
import { allowanceOf } from "./allow/inline.ts";
import type { SealedPolicy } from "./detect/sealed-policy.ts";
import type { Finding, Identify } from "./finding.ts";
import type { Hit, Report } from "./hit.ts";
import { mostTelling } from "./most-telling.ts";
import { givesRoles, NO_ROLES, type RoleTable, readRoles, roleOf } from "./roles.ts";
import { ruleOf } from "./rules.ts";
import { OutOfTime, scanText } from "./scan.ts";
import { type FileKind, fileKind } from "./text/file-kind.ts";
import { type Decoded, decodeBytes, Lines } from "./text/text.ts";
import { trackedPrograms } from "./tracked-programs.ts";

/** One file as it would be committed. Paths are relative to the root of the repository, with slashes. */
export type VerifiedFile = { readonly path: string; readonly bytes: Uint8Array };

/** What judging can be told besides the bytes. All of it is public. */
export type VerifyContext = {
  /** A faster SHA-256 than the portable one. */
  readonly sha256?: (message: Uint8Array) => Uint8Array;
  /** Strict Ed25519 verification; needed where the policy asks for signatures. */
  readonly isSigned?: SignatureMeans["isSigned"];
  readonly roles?: RoleTable;
  readonly policy?: SealedPolicy;
  /** HMAC under each key of the repository: gives findings identities that outlive their line. */
  readonly identify?: Identify;
  /** A clock in milliseconds, and how long one file may take. Without it there is no limit. */
  readonly now?: () => number;
  readonly budgetMs?: number;
};

/** Longest file that is read, in bytes. */
export const MAX_VERIFIED_BYTES: number = 256 * 1024 * 1024;

/** All findings in these files, in the order of paths and lines. Pure: the same bytes give the same findings. */
export function verify(files: Iterable<VerifiedFile>, context: VerifyContext = {}): readonly Finding[] {
  const all = [...files];
  const roles = readRoles(
    all.filter(({ path }) => givesRoles(path)).map(({ path, bytes }) => ({ path, text: decodeBytes(bytes).text })),
  );
  const programs = trackedPrograms(
    all.map(({ path }) => ({ path, isLink: false })),
    context.identify,
  );
  const judged = all.flatMap((file) => verifyFile(file.path, file.bytes, { ...context, roles }));
  return [...programs, ...judged].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** All findings in one file, in the order of its lines. */
export function verifyFile(path: string, bytes: Uint8Array, context: VerifyContext = {}): readonly Finding[] {
  if (bytes.length > MAX_VERIFIED_BYTES) return [unscanned("too-large", path, "over 256 MiB")];
  const decoded = decodeBytes(bytes);
  const { text } = decoded;
  const lines = new Lines(text);
  const hits: Hit[] = [];
  const stopped = detectAll(path, decoded, context, (hit) => {
    if (hits.push(hit) >= MAX_HITS) throw new TooMany();
  });
  const findings = mostTelling(hits).map((hit) => toFinding(path, lines, hit, context));
  const judged = findings.map((finding) => withAllowance(finding, text, lines));
  return stopped === undefined ? judged : [...judged, unscanned(stopped, path, "not judged to its end")];
}

/** After so many hits a file is one finding of its own. */
const MAX_HITS = 1_000;

/** Thrown when a file has had its share of findings. */
class TooMany extends Error {}

/** The rule that says why it stopped before the end, or undefined. */
function detectAll(path: string, decoded: Decoded, context: VerifyContext, report: Report): Unjudged | undefined {
  const { now = () => 0, budgetMs = Number.POSITIVE_INFINITY, roles = NO_ROLES, policy = {} } = context;
  const isBinary = decoded.kind === "binary";
  const text = {
    path,
    text: decoded.text,
    depth: 0,
    locate: (offset: number) => offset,
    isBinary,
    kind: isBinary ? BINARY : fileKind(path, decoded.text),
    role: roleOf(roles, path),
    means: { sha256: context.sha256 ?? sha256, isSigned: context.isSigned ?? none },
    policy,
  };
  try {
    scanText(text, { now, at: now() + budgetMs }, report);
    return undefined;
  } catch (error) {
    if (error instanceof OutOfTime) return "too-slow";
    if (error instanceof TooMany) return "too-many";
    throw error;
  }
}

/** In bytes names mean nothing. */
const BINARY: FileKind = { trust: "generated", notation: "line" };

function none(): never {
  throw new TypeError("isSigned: the policy asks for signatures, and nothing is given to verify them with");
}

function toFinding(path: string, lines: Lines, hit: Hit, { identify }: VerifyContext): Finding {
  const start = lines.at(hit.start);
  const end = lines.at(Math.max(hit.start, hit.end));
  const rule = ruleOf(hit.rule);
  return {
    rule: hit.rule,
    path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.line === start.line ? Math.max(end.column, start.column + 1) : end.column,
    message: `${hit.subject}: ${rule.title}`,
    fix: rule.fix(shellWord(path), hit.subject === "" ? "" : shellQuoted(hit.subject)),
    ...(identify === undefined ? {} : { identities: identify(utf8(`${hit.rule}\0${path}\0${hit.value}`)) }),
  };
}

function withAllowance(finding: Finding, text: string, lines: Lines): Finding {
  const reason = allowanceOf(text, lines, finding);
  return reason === undefined ? finding : { ...finding, allowed: { by: "inline", reason } };
}

/** Why a file was not judged, or not to its end. */
type Unjudged = "unreadable" | "too-large" | "too-many" | "too-slow";

/** A finding that says that nobody can say. */
export function unscanned(rule: Unjudged, path: string, message: string): Finding {
  return {
    rule,
    path,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 2,
    message,
    fix: ruleOf(rule).fix(shellWord(path), ""),
  };
}
