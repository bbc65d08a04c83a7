/** The values of a Secret: there every literal counts, however weak, and nothing passes by its beginning alone. */

import { decodeBase64 } from "../../format/base64.ts";
import { parseToken, TOKEN_PREFIX } from "../../model/token.ts";
import type { RuleId } from "../rules.ts";
import { hasRandomPart } from "./judgement.ts";
import { isExactReference } from "./secret-reference.ts";
import { classifyValue, isDocumented } from "./value.ts";

/** How a text in a Secret came there. isSops: the document has the metadata without which no ENC[...] opens. */
export type SecretPlace = { readonly isBase64: boolean; readonly isSops?: boolean };

/** The rule that a text in a Secret breaks, or undefined. `plain`: the rule for a literal in this place. */
export function ruleInSecret(text: string, place: SecretPlace, plain: RuleId): RuleId | undefined {
  if (isTokenInSecret(text, place)) return "sealed-token-in-secret";
  return isLiteralInSecret(text, place) ? plain : undefined;
}

/** True for a token in the place of a value, also in base64. */
export function isTokenInSecret(text: string, { isBase64 }: SecretPlace): boolean {
  return isToken(text) || (isBase64 && isToken(decodeBase64(text) ?? ""));
}

/** True for a sound token of this program: it opens only as an entry of a SealedSecret, a Secret hands it on as it is. */
function isToken(text: string): boolean {
  const value = text.trim();
  return value.startsWith(TOKEN_PREFIX) && parseToken(value) !== undefined;
}

/** A hash can be tried out offline, so it is no less a value than any other; a certificate is public wherever it stands. */
export function isLiteralInSecret(text: string, place: SecretPlace): boolean {
  const kind = strictKind(text, place);
  if (kind !== "literal" && kind !== "public") return false;
  const decoded = place.isBase64 ? decodeBase64(text) : undefined;
  return (decoded === undefined ? kind : strictKind(decoded, place)) === "literal";
}

function strictKind(text: string, { isSops }: SecretPlace): "literal" | "public" | "none" {
  const value = text.trim();
  const kind = classifyValue(value);
  switch (kind) {
    case "empty":
      return "none";
    case "public":
      return "public";
    case "sealed":
      return isSops === true || isWholeSealed(value) ? "none" : "literal";
    case "reference":
      return isExactReference(value) ? "none" : "literal";
    case "placeholder":
      // `changeme-` in front of what a machine made changes nothing about it.
      return !isDocumented(value) && hasRandomPart(value.replace(/<[^<>]*>/g, "")) ? "literal" : "none";
    case "hash":
    case "literal":
      return "literal";
  }
}

const SOPS_LEAF = /^ENC\[AES256_GCM,/;
/** Whole, or its first line alone, behind which there is nothing to keep. */
const ARMORED = /^-----BEGIN ([A-Z0-9 ]+)-----\s*(?:[\s\S]*-----END \1-----\s*)?$/;
/** Forms that begin with a word anybody can write: what follows must be ciphertext by its alphabet and length. */
const WORDED = /^(?:\{(?:cipher|DESede|AES|aes)\}|(?:kms|aws-kms|gcp-kms|azure-kms|transit):)/;
const CIPHERTEXT = /^[\w+/=:.-]{40,}$/;

/** True for a sealed form that holds all that is needed to open it but the key. */
function isWholeSealed(value: string): boolean {
  if (SOPS_LEAF.test(value)) return false;
  if (/^ENC\[/.test(value)) return /^ENC\[\w+,[\w+/=\s]{40,}\]$/.test(value);
  // base64 of an armor.
  if (value.startsWith("LS0tLS1")) return ARMORED.test(decodeBase64(value) ?? "");
  if (value.startsWith("-----BEGIN ")) return ARMORED.test(value);
  if (WORDED.test(value)) return CIPHERTEXT.test(value.replace(WORDED, ""));
  // OpenSSL's salted form: "Salted__", 8 bytes of salt, at least one block.
  if (value.startsWith("U2FsdGVkX1")) return /^[\w+/=\s]{43,}$/.test(value);
  return true;
}
