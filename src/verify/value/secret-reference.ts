/**
 * What may stand in a Secret in the place of a value. Elsewhere a beginning such as `vault:` is enough to pass for a
 * reference; here the whole text must have the shape of one, since whatever has not is what the workload gets.
 */
import { hasRandomPart } from "./judgement.ts";

/** One hole that a template or a shell fills, with a name in it. */
const HOLE =
  /\$\{\{.{0,500}?\}\}|\{\{.{0,500}?\}\}|\$\{[A-Za-z_][\w.-]{0,200}(?::?[-?+=][^{}]{0,500}|:[^{}]{0,500})?\}|\$\([A-Za-z_][\w.-]{0,200}\)|<%.{0,500}?%>|\{%.{0,500}?%\}|%\{[\w.]{1,200}\}|#\{[^{}]{1,500}\}/gs;
/** Longer texts are no locators. */
const MAX_LOCATOR_CHARACTERS = 2_000;

/** Whole texts that are a hole, in forms that need no brackets or rare ones. */
const WHOLE: readonly RegExp[] = [
  /^\[\[.*\]\]$/s,
  /^\(\(\s*[\w./-]+\s*\)\)$/,
  /^\$\([^()]*\)$/,
  /^\$\$?[A-Za-z_][\w.:-]*$/,
  /^%{1,2}[A-Za-z_][\w.]*%{1,2}$/,
  /^%\([\w.]+\)[sd]?$/,
  /^[^\w\s]{1,3}[A-Z][A-Z0-9_ -]*[^\w\s]{1,3}$/,
  /^[A-Z]+(?:_[A-Z0-9]+)*_(?:PASSWORD|SECRET|TOKEN|KEY|VALUE|USERNAME|USER)$/,
  /^\?\{[\w.:/|-]+\}$/,
  /^@[\w.-]+@$/,
  /^__[A-Za-z0-9_.-]+__$/,
  /^\{[A-Za-z_][\w.-]*\}$/,
];

const LOCATOR = String.raw`[\w./@:#?=&%+~,$ -]*`;

/** Schemes of programs that put a value there, each with what its locators are made of. */
const LOCATORS: readonly RegExp[] = [
  // vault-secrets-webhook: PATH#FIELD, Argo CD's plugin and vals: a path.
  /^vault:(?:[\w.-]+\/)+[\w.-]+#[\w.$ {}-]+(?:#\d+)?$/,
  new RegExp(String.raw`^(?:ref\+|secretref\+)[\w+-]+://${LOCATOR}$`),
  new RegExp(`^(?:op|sm|secret|pass|vault|aws-?sm|aws-?ps|gcpsecret|akv|keyring|keepass)://${LOCATOR}/${LOCATOR}$`),
  /^arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:[\w:/+=,.@-]+$/,
  /^projects\/[\w-]+\/secrets\/[\w-]+(?:\/versions\/\w+)?$/,
  /^(?:aws(?:sm|ps|secretsmanager|ssm)|ssm|gcp(?:sm)?|azkv|azurekeyvault|k8s|kubernetes|consul|berglas|chamber|conjur|infisical|doppler|bws?|summon|file|env|sops):\/?[\w.-]*(?:[/#:][\w.$-]+)+$/,
  /^env[:.][A-Z_][A-Z0-9_]*$/,
  /^\$__(?:file|env)\{[\w./-]+\}$/,
];

/** Names that servers and stores give by chance stand in locators too. */
const IDS = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[a-z0-9]{26}\b/g;

/** True for a text that only says where the value is, from its first character to its last. */
export function isExactReference(text: string): boolean {
  const value = text.trim();
  if (WHOLE.some((form) => form.test(value))) return !hasRandomPart(value);
  if (value.length <= MAX_LOCATOR_CHARACTERS && LOCATORS.some((form) => form.test(value)))
    return !hasRandomPart(value.replace(IDS, "").replaceAll("#", "/"));
  const holes = value.match(HOLE);
  if (holes === null || holes.some((hole) => hasRandomPart(nameIn(hole)))) return false;
  return isFrame(value.replace(HOLE, ""));
}

/** What a hole itself says: a generated text between the signs is a value with signs around it. */
function nameIn(hole: string): string {
  return hole
    .replace(/[${}()<>#\s"'|]+/g, " ")
    .trim()
    .replaceAll(" ", "/");
}

/** What stands around the holes: an address, lines of a file, or nothing; a word of its own is a part of the value. */
function isFrame(rest: string): boolean {
  if (rest.trim() === "") return true;
  return (
    /:\/\/|[\s=:{"]/.test(rest) && !hasRandomPart(rest.replace(/\s+/g, "/")) && !/:\/\/[^/\s:@]*:[^/\s:@]+@/.test(rest)
  );
}
