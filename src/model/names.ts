/** Names of namespaces, Secrets and keys, validated once at the border. */
import { LacreError } from "../errors.ts";

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** True for a DNS-1123 label of at most 63 characters, which is what a namespace must be. */
export function isNamespace(text: string): boolean {
  return LABEL.test(text);
}

/** True for a DNS-1123 subdomain of at most 253 characters, which is what a Secret's name must be. */
export function isName(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

/** True for a key that Kubernetes takes and that is safe as a file name: never `.`, `..` or `..anything`. */
export function isKey(text: string): boolean {
  return KEY.test(text) && text !== "." && !text.startsWith("..");
}

/** What was given for a name, as far as a message may repeat it: what follows `=` or `:` may be a value. */
export function repeatable(text: string): string {
  const at = text.search(/[=:]/);
  return at === -1 ? text : `${text.slice(0, at)}...`;
}

function invalid(what: string, text: string, hint: string): LacreError {
  const shown = repeatable(text.slice(0, 80));
  return new LacreError("NAME_INVALID", `${what} ${JSON.stringify(shown)} is not valid`, { hint });
}

/** The namespace itself, or NAME_INVALID. */
export function parseNamespace(text: string): string {
  if (isNamespace(text)) return text;
  throw invalid("namespace", text, "a namespace is at most 63 lower-case letters, digits and '-'");
}

/** The name itself, or NAME_INVALID. */
export function parseName(text: string): string {
  if (isName(text)) return text;
  throw invalid("name", text, "a name is at most 253 lower-case letters, digits, '-' and '.'");
}

/** The key itself, or NAME_INVALID. */
export function parseKey(text: string): string {
  if (isKey(text)) return text;
  if (text.includes("=")) {
    throw invalid(
      "key",
      text,
      "values never go on the command line: treat this one as known to others; name the key alone, and lacre asks for the value",
    );
  }
  throw invalid("key", text, "a key is 1 to 253 letters, digits, '-', '_' and '.', and does not start with '..'");
}
