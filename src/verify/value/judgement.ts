/** Whether a literal behind a sensitive name is a secret, or one of the many things that stand there and are none. */

import { decodeBase64 } from "../../format/base64.ts";
import type { FileKind } from "../text/file-kind.ts";
import type { Assignment } from "./assignment.ts";
import { type Sensitivity, sensitivity } from "./key-name.ts";
import { classifyValue, interpolationDefault, isMonotonous, isWeakDefault } from "./value.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PATH = /^(?:~|\.{1,2})?\/(?:[\w.@+-]+\/)*[\w.@+-]*$/;
const FILE =
  /^[\w./\\ -]+\.(?:pem|key|crt|cer|der|json|ya?ml|txt|jks|p12|pfx|env|files?|conf|cfg|ini|tpl|sh|py|[jt]sx?|html?|md|properties|keystore|kdbx|asc|gpg|age|pub|xml|php|rb|go|svg|png|sock|secret)$/i;
const WINDOWS_PATH = /^[A-Za-z]:\\/;
const URL_WITHOUT_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/(?![^/\s]*:[^/\s]*@)/i;
const HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:\/\S*)?$/;
const NUMBER = /^[-+]?[\d_]+(?:\.\d+)?(?:ms|s|m|h|d|k|ki|mi|gi|b|kb|mb|gb|%)?$/i;
const CALL =
  /^[A-Za-z_$][\w.$:>-]*\(.*\)?[;,]?$|^(?:new|await|async|function|return|lambda|if|null|not|sizeof|yield|typeof)\b|^[\w.]+\[|=>|\(\)/;
const CONSTANT = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const CAMEL = /^[a-z]+(?:[A-Z][a-z]+)+$|^(?:[A-Z][a-z]+)+$/;
const WORDS = /^[A-Za-z][A-Za-z0-9]*(?:[-_.:/ ][A-Za-z0-9]+)*$/;
const NAME_ENDING = /(?:^|[-_./])(?:passwords?|passwd|credentials?|creds|pass|pwd|passphrase|key|password-file)$/i;
const SECRET_WORD =
  /p[a@4][s$5]{2}w?[o0]?r?d?|secret|token|passwd|pwd|credential|api[-_]?key|example|sample|test|dummy|fake|mock|change|placeholder|foo|bar\b|hello|world|lorem|qwerty|letmein|welcome|abc123|correct.?horse/i;
const STOP_WORD =
  /(?:^|\s)(?:the|a|an|your|you|is|are|to|of|for|and|or|in|on|with|this|that|not|please|must|be|it|as|from|by|use|de|la|le|der|die|das|und|el)(?:\s|$)/i;

/** True when a part of the text was made by a machine: letters and digits mixed, or mixed case without words. */
export function hasRandomPart(text: string): boolean {
  return text.split(/[-_./:@+=,~!#$%^&*?]/).some(isRandomWord);
}

function isRandomWord(word: string): boolean {
  if (word.length < 8) return false;
  const digits = word.replace(/\D/g, "").length;
  const letters = word.replace(/[^A-Za-z]/g, "").length;
  const changes = word.match(/[a-z][A-Z]|[A-Z][a-z]|[A-Za-z]\d|\d[A-Za-z]/g)?.length ?? 0;
  if (digits >= 2 && letters >= 2 && changes >= 3) return true;
  return word.length >= 12 && changes >= word.length / 4 && !CAMEL.test(word);
}

/** Words somebody chose and joined, a few of them and a number: `juniper-glacier-amber-walnut-85`. */
function isPassphrase(value: string, kind: Sensitivity): boolean {
  const pattern =
    kind === "password"
      ? /^[a-z]{3,}(?:[-_. ][a-z]{3,})+[-_. ]?\d{2,}$/i
      : /^[a-z]{3,}(?:[-_. ][a-z]{3,}){2,}[-_. ]?\d{2,}$/i;
  return pattern.test(value);
}

/** Text that points to something or says something: never a secret, whatever its name. */
function isElsewhere(value: string): boolean {
  if (PATH.test(value) && !hasRandomPart(value.replaceAll("/", ""))) return true;
  if (FILE.test(value) || WINDOWS_PATH.test(value) || URL_WITHOUT_PASSWORD.test(value)) return true;
  return CONSTANT.test(value) && !/\d{3}/.test(value);
}

function isProse(value: string): boolean {
  if (!/\s/.test(value)) return false;
  return (
    STOP_WORD.test(value) ||
    /[.:?!,;]$|[.,:;?!] |^[<(]/.test(value) ||
    /^[A-Z][a-z]+(?: [A-Za-z]+)*$/.test(value) ||
    value.split(/\s+/).length > 8
  );
}

/** A literal in a configuration file. */
function isConfiguredSecret(value: string, kind: Sensitivity, { isTyped }: Assignment): boolean {
  if (value.length < 3 || isElsewhere(value) || isProse(value) || HOST.test(value)) return false;
  if (!isTyped && CALL.test(value)) return false;
  if (/^[\w$.]+\(.*\)$|^(?:module|var|local|data|each|self)\.\w/.test(value)) return false;
  if (kind === "password") return !NAME_ENDING.test(value) && !/^[a-z]+[A-Z][A-Za-z]*(?:Password|Secret)$/.test(value);
  return isConfiguredKey(value, kind);
}

/** Keys and tokens are longer than passwords, and nobody makes them of words. */
function isConfiguredKey(value: string, kind: Sensitivity): boolean {
  if (value.length < 8 || NUMBER.test(value) || /^[\w.+-]+@[\w-]+\.[\w.]+$/.test(value)) return false;
  if (/\s/.test(value) && !/^[\w+/=\s]+$/.test(value)) return false;
  if (UUID.test(value)) return true;
  if (kind === "reference-like" || WORDS.test(value))
    return hasRandomPart(value) || (kind === "key" && (isPassphrase(value, kind) || isMixed(value)));
  return !CAMEL.test(value);
}

/** A literal in a program: it must look as if no human had thought of it as a word. */
function isHardCodedSecret(value: string, kind: Sensitivity): boolean {
  if (value.length < 8 || /\s/.test(value) || isElsewhere(value) || SECRET_WORD.test(value) || CALL.test(value))
    return false;
  if (/^[\w-]+(?:\.[\w-]+){2,}$/.test(value) && !hasRandomPart(value)) return false;
  if (/[(){}<>]|^[#.:[]|^\W+$|\\[dwsb]|^https?:|^[\w-]+\/[\w.+-]+$/.test(value) && !/^[\w+/]{20,}={0,2}$/.test(value)) {
    return kind === "password" && hasRandomPart(value) && !/[<>{}]|\\[dwsb]/.test(value);
  }
  if (UUID.test(value)) return kind !== "reference-like";
  if (kind === "password" && (isPassphrase(value, kind) || isMixed(value))) return true;
  return hasRandomPart(value) && !NUMBER.test(value);
}

/** A letter, a digit and a sign, or both cases with a digit: what password rules ask for. */
function isMixed(value: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((pattern) => pattern.test(value)).length;
  return (
    classes >= 3 &&
    /\d/.test(value) &&
    !/^(?:[a-z]+|[A-Z][a-z]+|[A-Z]+)\d*(?:[-_.](?:[a-z]+|[A-Z][a-z]+|[A-Z]+)?\d*)*$/.test(value)
  );
}

/** True for text that nobody would have thought of as words. */
export function looksGenerated(value: string): boolean {
  return hasRandomPart(value) || isMixed(value);
}

/** What to judge: the default inside `${NAME:-default}`, else the value. */
function effective(value: string): string {
  return (interpolationDefault(value) ?? value).trim();
}

/** True for text that stands behind a sensitive name and is no value, whatever the file. */
function isNoValue(name: string, text: string, value: string): boolean {
  if (classifyValue(text) !== "literal" || isWeakDefault(value)) return true;
  if (value.length < 200 && isMonotonous(value)) return true;
  // The id of the key that signs, as Git's configuration holds it.
  if (/sign\w*[-_]?key/i.test(name) && /^(?:0x)?[0-9A-F]{8,40}$/.test(value)) return true;
  return value.replace(/[-_\s]/g, "").toLowerCase() === name.replace(/[-_.\s]/g, "").toLowerCase();
}

/** True where the notation itself says that a text without quotes is an expression, unless it looks like nothing else. */
function isExpression({ name, quoted }: Assignment, { notation }: FileKind, value: string): boolean {
  if (quoted) return false;
  if (notation === "shell") return CALL.test(value);
  // Scripts inside of other files assign to names in capitals.
  return notation === "hcl" && !/^[A-Z][A-Z0-9_]+$/.test(name);
}

/** Where an assignment stands. */
export type Standing = { readonly kind: FileKind; readonly isComment: boolean };

/** True for an assignment that puts a secret in plain sight. */
export function isPlainSecret(assignment: Assignment, { kind, isComment }: Standing): boolean {
  const { name, value: text, quoted } = assignment;
  const sensitive = sensitivity(name);
  const value = effective(text);
  if (sensitive === undefined || kind.trust === "generated" || isNoValue(name, text, value)) return false;
  if (sensitive === "basic-auth") return /^[^\s:]+:[\x20-\x7e]+$/.test(decodeBase64(value) ?? "");
  if (kind.trust === "code" || isComment) {
    return (quoted || kind.notation === "prose" || isComment) && isHardCodedSecret(value, sensitive);
  }
  if (kind.notation === "hcl" && !quoted)
    return !isExpression(assignment, kind, value) && isHardCodedSecret(value, sensitive);
  if (kind.notation === "json" && !quoted) return isHardCodedSecret(value, sensitive);
  return !isExpression(assignment, kind, value) && isConfiguredSecret(value, sensitive, assignment);
}
