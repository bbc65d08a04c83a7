/** Our own sealed files, as far as they can be judged without a key: everything but that a token opens. */

import type { SignatureMeans } from "../../crypto/signature.ts";
import { isAtWith } from "../../crypto/token-place.ts";
import { LacreError } from "../../errors.ts";
import type { SealedObject } from "../../format/sealed/edit.ts";
import { readStream } from "../../format/stream.ts";
import { decodeText } from "../../format/yaml/source.ts";
import { type SealerPolicy, signatureProblem } from "../../keys/sealers.ts";
import { type Slot, slotName } from "../../model/entry.ts";
import { MAX_SECRET_BYTES } from "../../model/limits.ts";
import { excessOf } from "../../model/sealed-secret.ts";
import type { Token } from "../../model/token.ts";
import type { Passage, Report } from "../hit.ts";
import { matchesGlob } from "../text/glob.ts";

/** Key ids of one cluster: alternatives, each a set. */
export type KeySets = readonly (readonly string[])[];

/** What a repository asks of its tokens. Nothing that is left out is checked. */
export type SealedPolicy = {
  readonly scopes?: readonly string[];
  readonly suites?: readonly string[];
  /**
   * Who is to open the values of each environment: its clusters, and of each cluster sets of key ids of which a token must
   * have one whole. A token has keys of one environment only. Bare public keys are one set; of a cluster's list each key
   * that opens is a set of its own.
   */
  readonly recipients?: Readonly<Record<string, readonly KeySets[]>>;
  /** Patterns of the files of environments that have some of their own: their tokens are for that environment alone. */
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** Keys that count as known to others. */
  readonly compromised?: readonly string[];
  /** Keys that open nothing any more. */
  readonly destroyed?: readonly string[];
  /** Keys that open, and that nothing new should be sealed for. */
  readonly old?: readonly string[];
  /** Whose signatures count, and where they are asked for. */
  readonly signatures?: SealerPolicy;
};

/** A manifest, also under a name with something behind it: deploy.yaml.bak, deploy.yml.orig, deploy.yaml~. */
const MANIFEST = /\.(?:ya?ml|json)(?:[._~-][\w.~-]*)?$/i;
const CONCERNS = /lacre\.dev\/|lacre1\./;

/** Reports every entry that is malformed, moved, or against the policy. */
export function detectSealed(passage: Passage, means: SignatureMeans, policy: SealedPolicy, report: Report): void {
  const { text, path } = passage;
  if (!CONCERNS.test(text) || !/kind["']?\s*:\s*["']?SealedSecret/.test(text) || !MANIFEST.test(path)) return;
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

/** By the environment that a value is for; undefined: it does not say. */
type PolicyOf = (environment: string | undefined) => SealedPolicy;

/**
 * With the environments that a file may be of: those whose paths it is below, else those without paths. A value that says its
 * environment has keys of that one: in a file of certain environments one of them, elsewhere any. One that nobody knows has none.
 */
function policiesFor(path: string, policy: SealedPolicy): PolicyOf {
  const { recipients, paths = {} } = policy;
  if (recipients === undefined) return () => policy;
  const all = Object.entries(recipients);
  const patternsOf = (name: string) => (Object.hasOwn(paths, name) ? paths[name] : undefined);
  const own = all.filter(([name]) => patternsOf(name)?.some((pattern) => matchesGlob(pattern, path)));
  const fitting = own.length > 0 ? own : all.filter(([name]) => patternsOf(name) === undefined);
  return (environment) => ({
    ...policy,
    recipients: Object.fromEntries(
      environment === undefined ? fitting : (own.length > 0 ? own : all).filter(([name]) => name === environment),
    ),
  });
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
): string | undefined {
  if (token === undefined) return "sealed-token-malformed";
  return judgeToken(token, place, means, policy);
}

function judgeToken(
  token: Token,
  place: Parameters<typeof isAtWith>[2],
  means: SignatureMeans,
  policy: SealedPolicy,
): string | undefined {
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
): string | undefined {
  if (ids.some((id) => compromised.includes(id))) return "sealed-key-compromised";
  if (ids.some((id) => destroyed.includes(id))) return "sealed-key-destroyed";
  return recipients && judgeRecipients(ids, Object.values(recipients));
}

/** A key that no environment names is somebody who reads along; so is one of another environment. */
function judgeRecipients(ids: readonly string[], environments: readonly (readonly KeySets[])[]): string | undefined {
  const fitting = environments.filter((clusters) => ids.every((id) => clusters.flat().some((set) => set.includes(id))));
  if (fitting.length === 0) return "sealed-recipient-unknown";
  const holds = (sets: KeySets) => sets.some((set) => set.length > 0 && set.every((id) => ids.includes(id)));
  return fitting.some((clusters) => clusters.every(holds)) ? undefined : "sealed-recipient-missing";
}
