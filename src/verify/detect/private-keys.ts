/** Private keys in the forms that programs write them in. A key that is itself encrypted is sealed. */
import type { Passage, Report } from "../hit.ts";
import type { RuleId } from "../rules.ts";
import { isOwnLiteral } from "../value/own-literal.ts";
import type { Detector } from "./detector.ts";

const PEM = /-----BEGIN (?<label>[A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----(?<body>(?:[^-]|-(?!----)){40,20000})/y;
const PUTTY = /PuTTY-User-Key-File-\d:[^\n]*\r?\n(?:[^\n]*\r?\n){0,3}?Encryption: none/y;
const LACRE = /lacre-private-1\.[a-z0-9]+\.[\w-]{43}/y;
const LACRE_IDENTITY = /lacre-identity-1\.[\w-]{43}/y;
const LACRE_SIGNING = /lacre-signing-private-1\.[\w-]{43}/y;
const LACRE_SHARE = /lacre-share-1\.[0-9a-f]{8}\.\d+\.\d+\.\d+\.[\w-]{40,}/y;
const JWK_SECRET = /\\?"(?:d|k)\\?"\s*:\s*\\?"(?<value>[\w-]{20,})\\?"/;
/** A key longer than this has another shape. */
const JWK_CHARACTERS = 8_000;
/** minisign without a password, signify with no rounds of its key derivation. */
const SIGNING = /untrusted comment:[^\n]*\r?\n(?:RWQAAEIy|RWRCSwAAAAA)[\w+/=]{40,}/iy;
const RSA_XML = /<RSAKeyValue>[\s\S]{0,4000}?<D>[\w+/=\s]{40,}<\/D>/iy;
const ENCRYPTED = /ENCRYPTED|YmNyeXB0/;
/** PKCS#8, SEC 1 and RSAPrivateKey (RFC 5958, 5915, 8017), seen from their first bytes in hexadecimal. */
const DER = /^(?:3082....020100(?:30..06|0282)|30..020100300506032b65|30(?:..|81..)02010104[234])/;
/** PKCS#12 (RFC 7292), Java and JCE key stores. */
const KEY_STORE = /^(?:3082....02010330|feedfeed|cececece)/;
/** One form of a private key, and the literal that announces it, in lower case. */
type Form = { readonly anchor: string; readonly detect: (text: string, offset: number, report: Report) => void };

/** A form whose literal is its beginning. `pattern` is sticky. */
function whole(anchor: string, pattern: RegExp, rule: RuleId): Form {
  return {
    anchor,
    detect(text, offset, report) {
      pattern.lastIndex = offset;
      const match = pattern.exec(text);
      if (match === null) return;
      report({ rule, start: offset, end: offset + match[0].length, subject: "a private key", value: match[0] });
    },
  };
}

const FORMS: readonly Form[] = [
  { anchor: "private key", detect: detectPem },
  whole("putty-user-key-file", PUTTY, "private-key"),
  whole("lacre-private-1.", LACRE, "lacre-private-key"),
  whole("lacre-identity-1.", LACRE_IDENTITY, "lacre-private-key"),
  whole("lacre-signing-private-1.", LACRE_SIGNING, "lacre-private-key"),
  whole("lacre-share-1.", LACRE_SHARE, "lacre-private-key"),
  { anchor: '"kty', detect: detectJwk },
  whole("untrusted comment", SIGNING, "private-key"),
  whole("<rsakeyvalue", RSA_XML, "private-key"),
];

/** Keys in text, also within other text. */
export const PRIVATE_KEYS: Detector = {
  rules: ["private-key", "lacre-private-key"],
  anchors: { words: FORMS.map(({ anchor }) => ({ word: anchor, fold: true })), calls: "at each" },
  applies: () => true,
  detect: ({ text }, report, { anchor, offset }) => (FORMS[anchor] as Form).detect(text, offset, report),
};

function detectPem(text: string, offset: number, report: Report): void {
  const back = text.slice(Math.max(0, offset - 48), offset).lastIndexOf("-----BEGIN");
  if (back === -1) return;
  const begin = Math.max(0, offset - 48) + back;
  PEM.lastIndex = begin;
  const match = PEM.exec(text);
  if (match === null) return;
  const body = match.groups?.["body"] ?? "";
  if (ENCRYPTED.test(match.groups?.["label"] ?? "") || ENCRYPTED.test(body.slice(0, 200))) return;
  const letters = body.replace(/\\[nrt]|[\s"',+\\|]|^[\w-]+: .*$/gm, "");
  if (
    !/[A-Za-z0-9+/=]{40}/.test(letters) ||
    /\.{3}|[xX]{8}|<[^>]*>|\$\{|\{\{/.test(body) ||
    new Set(letters.slice(0, 200)).size < 12
  )
    return;
  report({ rule: "private-key", start: begin, end: begin + match[0].length, subject: "a private key", value: letters });
}

/** A JSON web key with its private part: `d`, or `k` of a symmetric key (RFC 7517, RFC 7518). */
function detectJwk(text: string, offset: number, report: Report): void {
  const start = Math.max(0, offset - JWK_CHARACTERS);
  const from = start + text.slice(start, offset).lastIndexOf("{");
  const length = text.slice(offset, offset + JWK_CHARACTERS).indexOf("}");
  if (from < start || length === -1) return;
  const match = JWK_SECRET.exec(text.slice(from, offset + length));
  const value = match?.groups?.["value"];
  if (match === null || value === undefined || !isOwnLiteral(value)) return;
  const at = from + match.index + match[0].indexOf(value);
  report({ rule: "private-key", start: at, end: at + value.length, subject: "a JSON web key", value });
}

/** Whole files that are a private key or a store of keys, in binary. */
export const BINARY_KEYS: Detector = {
  rules: ["private-key"],
  applies: ({ depth }) => depth === 0,
  detect: detectBinaryKey,
};

function detectBinaryKey(passage: Passage, report: Report): void {
  const head = Array.from(passage.text.slice(0, 16), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(
    "",
  );
  const isStore = KEY_STORE.test(head) && !/trust|cacerts/i.test(passage.path);
  if (!isStore && !(DER.test(head) && /\.(?:der|key|pk8|p8|pkcs8|bin|priv|pem)$/i.test(passage.path))) return;
  report({
    rule: "private-key",
    start: 0,
    end: 0,
    subject: isStore ? "a key store" : "a private key",
    value: passage.text,
  });
}
