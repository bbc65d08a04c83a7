/** Files that are nothing but a secret: what they are called says so, and no name stands in front of the value. */
import type { Passage, Report } from "../hit.ts";
import { hasRandomPart } from "../value/judgement.ts";
import { sensitivity } from "../value/key-name.ts";
import { isOwnLiteral } from "../value/own-literal.ts";
import type { Detector } from "./detector.ts";

const MAX_CHARACTERS = 4_096;
/**
 * Files of accounts, a line each: user:password (rsync, .htpasswd, Bundler), client server secret (pppd), and "user"
 * "password" (PgBouncer).
 */
const ACCOUNT_FILES: readonly (readonly [RegExp, RegExp])[] = [
  [/(?:^|\/)(?:rsyncd\.secrets|\.?htpasswd|\.smbpasswd)$/, /^[^#:\s]+:(\S+?)\r?$/gm],
  [/(?:^|\/)\.bundle\/config$/, /^BUNDLE_[A-Z_]+: ["']?[^:\s]+:([^"'\s]+)/gm],
  [/(?:^|\/)(?:chap|pap)-secrets$/, /^[^#\s]+[ \t]+\S+[ \t]+["']?([^"'\s]+)/gm],
  [/(?:^|\/)userlist\.txt$/, /^"[^"\n]*"[ \t]+"([^"\n]+)"/gm],
];
/** Host, port, database, user, password (PostgreSQL, section "The Password File"). */
const PGPASS_LINE = /^[^:#\s][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:(.+?)\r?$/gm;
const PLAIN_EXTENSION = /\.(?:txt|key|secret|token|pass|password|pwd|dat)$/i;

/** The value of a file such as `secrets/db_password`, `config/master.key` or `.vault-token`. */
export const BARE_FILES: Detector = {
  rules: ["plaintext-credential"],
  applies: ({ depth, isBinary, text }) => depth === 0 && !isBinary && text.length <= MAX_CHARACTERS,
  detect: detectBareFile,
};

function detectBareFile({ path, text }: Passage, report: Report): void {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const accounts = ACCOUNT_FILES.find(([file]) => file.test(path))?.[1];
  if (accounts !== undefined) detectLines(accounts, text, report);
  if (/^\.?pgpass(?:\.conf)?$/.test(name)) detectLines(PGPASS_LINE, text, report);
  const value = text.trim();
  if (value.length < 8 || /\s/.test(value) || !isSecretFileName(name) || !isOwnLiteral(value)) return;
  if (!hasRandomPart(value) && sensitivity(name.replace(PLAIN_EXTENSION, "")) !== "password") return;
  report({
    rule: "plaintext-credential",
    start: text.indexOf(value),
    end: text.indexOf(value) + value.length,
    subject: name,
    value,
  });
}

function isSecretFileName(name: string): boolean {
  const stem = name.replace(PLAIN_EXTENSION, "");
  if (stem === name && /\.\w+$/.test(name.slice(1))) return false;
  return (
    sensitivity(stem) !== undefined ||
    /^(?:master|secret|.*[-_.]token)$/.test(stem) ||
    /^\.(?:vault-token|netlify-token|token)$/.test(name)
  );
}

function detectLines(pattern: RegExp, text: string, report: Report): void {
  for (const match of text.matchAll(pattern)) {
    const [line, value = ""] = match;
    if (!isOwnLiteral(value)) continue;
    const start = match.index + line.lastIndexOf(value);
    report({ rule: "plaintext-credential", start, end: start + value.length, subject: "a password file", value });
  }
}
