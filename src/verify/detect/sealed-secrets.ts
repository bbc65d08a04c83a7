/** Our own sealed files, as far as they can be judged without a key: everything but that a token opens. */
import { parseToken, type Token } from "../../crypto/token.ts";
import { isAtWith } from "../../crypto/token-place.ts";
import { LacreError } from "../../errors.ts";
import type { SealedObject } from "../../format/edit.ts";
import { decodeText } from "../../format/source.ts";
import { readStream } from "../../format/stream.ts";
import { MAX_SECRET_BYTES } from "../../model/limits.ts";
import type { Passage, Report } from "../hit.ts";

/** What a repository asks of its tokens. Nothing that is left out is checked. */
export type SealedPolicy = {
  readonly scopes?: readonly string[];
  readonly suites?: readonly string[];
  /**
   * The key ids of each environment: sets of which a token must have one whole, and no other key. Bare public keys are one
   * set; of a cluster's list each key that opens is a set of its own.
   */
  readonly recipients?: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Keys that count as known to others. */
  readonly compromised?: readonly string[];
  /** Keys that open, and that nothing new should be sealed for. */
  readonly old?: readonly string[];
};

const CONCERNS = /lacre\.dev\/|lacre1\./;

/** Reports every entry that is malformed, moved, or against the policy. */
export function detectSealed(
  passage: Passage,
  sha256: (message: Uint8Array) => Uint8Array,
  policy: SealedPolicy,
  report: Report,
): void {
  const { text, path } = passage;
  if (!CONCERNS.test(text) || !/kind["']?\s*:\s*["']?SealedSecret/.test(text) || !/\.(?:ya?ml|json)$/i.test(path))
    return;
  try {
    for (const object of readStream(decodeText(path, text))) {
      if (object.kind === "sealed") judgeObject(object, sha256, policy, report);
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
  sha256: (message: Uint8Array) => Uint8Array,
  policy: SealedPolicy,
  report: Report,
): void {
  let boxBytes = 0;
  for (const [key, text] of sealed.entries) {
    const [from, to] = places.places.get(key)?.token.range ?? [0, 0];
    const token = parseToken(text);
    const length = token?.box.length ?? 0;
    if (length > SHORT_BOX_BYTES) boxBytes += length;
    const rule =
      token === undefined
        ? "sealed-token-malformed"
        : judgeToken(token, { namespace: sealed.namespace, name: sealed.name, key }, sha256, policy);
    if (rule !== undefined)
      report({ rule, start: document.start + from, end: document.start + to, subject: key, value: text });
  }
  if (boxBytes / PADDING_RATIO <= MAX_SECRET_BYTES) return;
  const start = document.start + places.entries.range[0];
  report({ rule: "sealed-secret-too-large", start, end: start, subject: sealed.name, value: "" });
}

/** The boxes of short values all have the same length, which says nothing about their sum. */
const SHORT_BOX_BYTES = 512;
/** Padding makes a longer value at most an eighth longer. */
const PADDING_RATIO = 1.125;

function judgeToken(
  token: Token,
  place: Parameters<typeof isAtWith>[2],
  sha256: (message: Uint8Array) => Uint8Array,
  { scopes, suites, recipients, compromised = [], old = [] }: SealedPolicy,
): string | undefined {
  if (!isAtWith(sha256, token, place)) return "sealed-token-moved";
  if (scopes !== undefined && !scopes.includes(token.scope)) return "sealed-scope-not-allowed";
  if (suites !== undefined && !suites.includes(token.suite)) return "sealed-suite-not-allowed";
  const ids = token.stanzas.map(({ keyId }) => String(keyId));
  if (ids.some((id) => compromised.includes(id))) return "sealed-key-compromised";
  if (recipients !== undefined) {
    const sets = Object.values(recipients).flat();
    if (ids.some((id) => !sets.some((keys) => keys.includes(id)))) return "sealed-recipient-unknown";
    const isWhole = sets.some((keys) => keys.length > 0 && keys.every((id) => ids.includes(id)));
    if (!isWhole) return "sealed-recipient-missing";
  }
  return ids.some((id) => old.includes(id)) ? "sealed-key-old" : undefined;
}
