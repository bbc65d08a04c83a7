/** Files that another file of the repository has given a role. */
import { hasForeignTraces } from "../../format/foreign/formats.ts";
import { GIT_CRYPT } from "../../format/foreign/git-crypt.ts";
import { OPENSSL } from "../../format/foreign/openssl.ts";
import { hasSopsMetadata } from "../../format/foreign/sops.ts";
import type { Hit, Report } from "../hit.ts";
import type { Role } from "../roles.ts";
import { isLiteralInSecret, ruleInSecret } from "../value/secret-value.ts";
import { isSealedForm } from "../value/value.ts";
import type { Detector, Examined } from "./detector.ts";

const ENV_LINE = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm;
const SOPS_NAME = /[^/]\.(?:sops|enc|encrypted)\.(?:ya?ml|json|env|ini|toml|properties)$/i;

/** What the role promises and the file does not keep. */
export const ROLED_FILES: Detector = {
  rules: ["secret-generator-file", "sealed-token-in-secret", "git-crypt-plaintext", "sops-not-encrypted"],
  applies: ({ depth }) => depth === 0,
  detect: detectBrokenRole,
};

function detectBrokenRole({ path, text, role }: Examined, report: Report): void {
  const hit = role === undefined ? undefined : wholeFile(role, text);
  if (hit !== undefined) report(hit);
  else if (role === "secret-env") detectEnvLines(text, report);
  else if ((role === "sops" || SOPS_NAME.test(path)) && !isEncrypted(text)) detectUnencrypted(text, report);
}

/** Roles that concern all of a file at once. */
function wholeFile(role: Role, text: string): Hit | undefined {
  if (text.trim() === "") return undefined;
  switch (role) {
    case "secret-file":
      return wholeBreaking(text);
    case "git-crypt":
      return GIT_CRYPT.bytes.test(text) ? undefined : whole("git-crypt-plaintext", text, "git-crypt");
    case "transcrypt":
      return OPENSSL.value.test(text) ? undefined : whole("git-crypt-plaintext", text, "transcrypt");
    case "secret-env":
    case "sops":
      return undefined;
  }
}

function wholeBreaking(text: string): Hit | undefined {
  // A file of SOPS that becomes a Secret is opened on the way; its leaves are judged by its own rules.
  const rule = ruleInSecret(text, { isBase64: false, isSops: hasSopsMetadata(text) }, "secret-generator-file");
  return rule === undefined ? undefined : whole(rule, text, "a file that becomes a Secret");
}

function whole(rule: Hit["rule"], text: string, subject: string): Hit {
  return { rule, start: 0, end: Math.max(0, text.indexOf("\n")), subject, value: text };
}

function detectEnvLines(text: string, report: Report): void {
  const isSops = hasSopsMetadata(text);
  for (const match of text.matchAll(ENV_LINE)) {
    const [line, name = "", raw = ""] = match;
    const value = raw.replace(/^(["'])(.*)\1$/, "$2");
    const rule = ruleInSecret(value, { isBase64: false, isSops }, "secret-generator-file");
    if (rule === undefined) continue;
    report({ rule, start: match.index, end: match.index + line.length, subject: name, value });
  }
}

/** True when something in the file says that it went through an encryption. */
function isEncrypted(text: string): boolean {
  return hasForeignTraces(text) || /lacre1\.|-----BEGIN PGP /.test(text) || isSealedForm(text.trim());
}

/** The first line that puts a literal behind a name. */
function detectUnencrypted(text: string, report: Report): void {
  for (const match of text.matchAll(/^[ \t-]*["']?([\w.-]+)["']?[ \t]*[:=][ \t]*(\S.*?),?[ \t]*\r?$/gm)) {
    const [line, name = "", raw = ""] = match;
    const value = raw.replace(/^(["'])(.*)\1$/, "$2");
    if (
      /^(?:apiVersion|kind|name|namespace|type|version)$/.test(name) ||
      /^[[{|>&*!]/.test(value) ||
      !isLiteralInSecret(value, { isBase64: false })
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
