/** Files that another file of the repository has given a role. */
import type { Hit, Passage, Report } from "../hit.ts";
import type { Role } from "../roles.ts";
import { isLiteralInSecret } from "../secret-value.ts";
import { isSealedForm } from "../value.ts";

const ENV_LINE = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm;
const SOPS_NAME = /[^/]\.(?:sops|enc|encrypted)\.(?:ya?ml|json|env|ini|toml|properties)$/i;

/** What the role promises and the file does not keep. */
export function detectBrokenRole(passage: Passage, role: Role | undefined, report: Report): void {
  const { text } = passage;
  const hit = role === undefined ? undefined : wholeFile(role, text);
  if (hit !== undefined) report(hit);
  else if (role === "secret-env") detectEnvLines(text, report);
  else if ((role === "sops" || SOPS_NAME.test(passage.path)) && !isEncrypted(text)) detectUnencrypted(text, report);
}

/** Roles that concern all of a file at once. */
function wholeFile(role: Role, text: string): Hit | undefined {
  if (text.trim() === "") return undefined;
  switch (role) {
    case "secret-file":
      return isLiteralInSecret(text, false)
        ? whole("secret-generator-file", text, "a file that becomes a Secret")
        : undefined;
    case "git-crypt":
      return text.startsWith("\0GITCRYPT\0") ? undefined : whole("git-crypt-plaintext", text, "git-crypt");
    case "transcrypt":
      return text.startsWith("U2FsdGVkX1") ? undefined : whole("git-crypt-plaintext", text, "transcrypt");
    case "secret-env":
    case "sops":
      return undefined;
  }
}

function whole(rule: Hit["rule"], text: string, subject: string): Hit {
  return { rule, start: 0, end: Math.max(0, text.indexOf("\n")), subject, value: text };
}

function detectEnvLines(text: string, report: Report): void {
  for (const match of text.matchAll(ENV_LINE)) {
    const [line, name = "", raw = ""] = match;
    const value = raw.replace(/^(["'])(.*)\1$/, "$2");
    if (!isLiteralInSecret(value, false)) continue;
    report({ rule: "secret-generator-file", start: match.index, end: match.index + line.length, subject: name, value });
  }
}

/** True when something in the file says that it went through an encryption. */
function isEncrypted(text: string): boolean {
  return (
    /^\s*(?:"sops"|sops)["']?\s*:|^sops_\w+\s*=|^\[sops\]|ENC\[|lacre1\.|EJ\[1:|-----BEGIN (?:AGE|PGP) /m.test(text) ||
    isSealedForm(text.trim()) ||
    /encryptedData\s*:/.test(text)
  );
}

/** The first line that puts a literal behind a name. */
function detectUnencrypted(text: string, report: Report): void {
  for (const match of text.matchAll(/^[ \t-]*["']?([\w.-]+)["']?[ \t]*[:=][ \t]*(\S.*?),?[ \t]*\r?$/gm)) {
    const [line, name = "", raw = ""] = match;
    const value = raw.replace(/^(["'])(.*)\1$/, "$2");
    if (
      /^(?:apiVersion|kind|name|namespace|type|version)$/.test(name) ||
      /^[[{|>&*!]/.test(value) ||
      !isLiteralInSecret(value, false)
    )
      continue;
    report({
      rule: "sops-not-encrypted",
      start: match.index,
      end: match.index + line.length,
      subject: name,
      value,
    });
    return;
  }
}
