/** Our own sealed files, as far as they can be judged without a key: everything but that a token opens. */

import type { SignatureMeans } from "../../crypto/signature.ts";
import { isAtWith } from "../../crypto/token-place.ts";
import { LacreError } from "../../errors.ts";
import type { SealedObject } from "../../format/sealed/edit.ts";
import { readStream } from "../../format/stream.ts";
import { decodeText } from "../../format/yaml/source.ts";
import { signatureProblem } from "../../keys/sealers.ts";
import { type Slot, slotName } from "../../model/entry.ts";
import { MAX_SECRET_BYTES } from "../../model/limits.ts";
import { excessOf } from "../../model/sealed-secret.ts";
import type { Token } from "../../model/token.ts";
import type { Report } from "../hit.ts";
import type { RuleId } from "../rules.ts";
import type { Detector, Examined } from "./detector.ts";
import { type KeySets, type PolicyOf, policiesFor, type SealedPolicy } from "./sealed-policy.ts";

/** A manifest, also under a name with something behind it: deploy.yaml.bak, deploy.yml.orig, deploy.yaml~. */
const MANIFEST = /\.(?:ya?ml|json)(?:[._~-][\w.~-]*)?$/i;
const CONCERNS = /lacre\.dev\/|lacre1\./;
const KIND = /kind["']?\s*:\s*["']?SealedSecret/;

/** Every entry that is malformed, moved, or against the policy. */
export const SEALED_SECRETS: Detector = {
  rules: [
    "sealed-token-malformed",
    "sealed-token-moved",
    "sealed-scope-not-allowed",
    "sealed-suite-not-allowed",
    "sealed-recipient-unknown",
    "sealed-recipient-missing",
    "sealed-key-compromised",
    "sealed-key-destroyed",
    "sealed-key-old",
    "sealed-signature-missing",
    "sealed-signature-untrusted",
    "sealed-signature-warned",
    "sealed-secret-too-large",
    "sealed-manifest-invalid",
  ],
  applies: ({ depth, isBinary, path, text }) =>
    depth === 0 && !isBinary && CONCERNS.test(text) && KIND.test(text) && MANIFEST.test(path),
  detect: detectSealed,
};

function detectSealed({ text, path, means, policy }: Examined, report: Report): void {
  try {
    for (const object of readStream(decodeText(path, text))) {
      if (object.kind === "sealed") judgeObject(object, means, policiesFor(path, policy), report);
    }
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    // A template with holes is judged when it has been filled in.
    if (error.code === "DOCUMENT_INVALID" && text.includes("{{")) return;
    const [, line = "1"] = /:(\d+):\d+: /.exec(error.message) ?? [];
    const start = offsetOfLine(text, Number(line));
    report({
      rule: "sealed-manifest-invalid",
      start,
      end: start,
      subject: error.message.replace(/^[^\n]*?:\d+:\d+: /, ""),
      value: "",
    });
  }
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let count = 1; count < line; count++) at = text.indexOf("\n", at) + 1;
  return at;
}

function judgeObject(
  { sealed, places, document }: SealedObject,
  means: SignatureMeans,
  policyOf: PolicyOf,
  report: Report,
): void {
  let boxBytes = 0;
  for (const [key, entry] of sealed.entries) {
    const place = { namespace: sealed.namespace, name: sealed.name, key };
    for (const [index, slot] of entry.entries()) {
      const [from, to] = places.places.get(key)?.tokens[index]?.range ?? [0, 0];
      const rule = judgeSlot(slot, place, means, policyOf(slot.environment));
      if (rule === undefined) continue;
      const subject = slotName({ key, slot });
      report({ rule, start: document.start + from, end: document.start + to, subject, value: slot.text });
    }
    // One of the values of an entry ends in the Secret.
    const longest = Math.max(...entry.map(({ token }) => token?.box.length ?? 0));
    if (longest > SHORT_BOX_BYTES) boxBytes += longest;
  }
  if (boxBytes / PADDING_RATIO <= MAX_SECRET_BYTES && excessOf(sealed) === undefined) return;
  const start = document.start + places.entries.range[0];
  report({ rule: "sealed-secret-too-large", start, end: start, subject: sealed.name, value: "" });
}

/** The boxes of short values all have the same length, which says nothing about their sum. */
const SHORT_BOX_BYTES = 512;
/** Padding makes a longer value at most an eighth longer. */
const PADDING_RATIO = 1.125;

function judgeSlot(
  { token }: Slot,
  place: Parameters<typeof isAtWith>[2],
  means: SignatureMeans,
  policy: SealedPolicy,
): RuleId | undefined {
  if (token === undefined) return "sealed-token-malformed";
  return judgeToken(token, place, means, policy);
}

function judgeToken(
  token: Token,
  place: Parameters<typeof isAtWith>[2],
  means: SignatureMeans,
  policy: SealedPolicy,
): RuleId | undefined {
  const { scopes, suites, old = [], signatures } = policy;
  if (!isAtWith(means.sha256, token, place)) return "sealed-token-moved";
  if (scopes !== undefined && !scopes.includes(token.scope)) return "sealed-scope-not-allowed";
  if (suites !== undefined && !suites.includes(token.suite)) return "sealed-suite-not-allowed";
  const ids = token.stanzas.map(({ keyId }) => String(keyId));
  const rule = judgeKeys(ids, policy);
  if (rule !== undefined) return rule;
  const seal = signatures && signatureProblem(means, token, place.namespace, signatures);
  if (seal?.policy === "enforce")
    return seal.verdict === "unsigned" ? "sealed-signature-missing" : "sealed-signature-untrusted";
  if (ids.some((id) => old.includes(id))) return "sealed-key-old";
  return seal === undefined ? undefined : "sealed-signature-warned";
}

function judgeKeys(
  ids: readonly string[],
  { recipients, compromised = [], destroyed = [] }: SealedPolicy,
): RuleId | undefined {
  if (ids.some((id) => compromised.includes(id))) return "sealed-key-compromised";
  if (ids.some((id) => destroyed.includes(id))) return "sealed-key-destroyed";
  return recipients && judgeRecipients(ids, Object.values(recipients));
}

/** A key that no environment names is somebody who reads along; so is one of another environment. */
function judgeRecipients(ids: readonly string[], environments: readonly (readonly KeySets[])[]): RuleId | undefined {
  const fitting = environments.filter((clusters) => ids.every((id) => clusters.flat().some((set) => set.includes(id))));
  if (fitting.length === 0) return "sealed-recipient-unknown";
  const holds = (sets: KeySets) => sets.some((set) => set.length > 0 && set.every((id) => ids.includes(id)));
  return fitting.some((clusters) => clusters.every(holds)) ? undefined : "sealed-recipient-missing";
}
