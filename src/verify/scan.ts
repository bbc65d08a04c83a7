/** One text through all detectors. */

import { detectPlace, PLACE_ANCHORS } from "./detect/connections.ts";
import { BASE64_ANCHORS, detectBase64Text } from "./detect/encoded-texts.ts";
import { detectLooseManifests } from "./detect/loose-manifests.ts";
import { detectManifests } from "./detect/manifests.ts";
import { detectNamedValues } from "./detect/named-values.ts";
import { detectPrivateKey, KEY_ANCHORS } from "./detect/private-keys.ts";
import { detectFlatSops } from "./detect/sealed-trees.ts";
import { detectToken, detectTokenAnywhere, TOKEN_ANCHORS } from "./detect/tokens.ts";
import { detectWrapped } from "./detect/wrapped-files.ts";
import type { Hit, Passage, Report } from "./hit.ts";
import type { FileKind } from "./text/file-kind.ts";
import { findKeywords, indexKeywords, type Keyword } from "./text/keywords.ts";
import { TOKEN_RULES } from "./tokens/table.ts";
import { identifierAt } from "./value/assignment.ts";
import { SENSITIVE_STEMS } from "./value/key-name.ts";

type Anchor = Keyword & {
  readonly detector: "name" | "place" | "key" | "token" | "near" | "base64";
  readonly index: number;
};

const ANCHORS: readonly Anchor[] = [
  ...SENSITIVE_STEMS.map((word, index) => ({ word, fold: true, detector: "name", index }) as const),
  ...PLACE_ANCHORS.map((word, index) => ({ word, fold: true, detector: "place", index }) as const),
  ...KEY_ANCHORS.map((word, index) => ({ word, fold: true, detector: "key", index }) as const),
  ...BASE64_ANCHORS.map((word, index) => ({ word, fold: false, detector: "base64", index }) as const),
  ...TOKEN_ANCHORS.map(
    ({ word, fold, rule }) =>
      ({ word, fold, detector: TOKEN_RULES[rule]?.near === undefined ? "token" : "near", index: rule }) as const,
  ),
];
const KEYWORDS = indexKeywords(ANCHORS);

/** Thrown when the time for a file has run out. */
export class OutOfTime extends Error {}

/** Milliseconds since some moment, and when to stop. */
export type Deadline = { readonly now: () => number; readonly at: number };

const HITS_BETWEEN_LOOKS = 256;

/** Reports everything the detectors find, mapped to the offsets of the file. Throws OutOfTime. */
export function scanText(passage: Passage, kind: FileKind, deadline: Deadline, report: Report): void {
  const located: Report = (hit) => report({ ...hit, start: passage.locate(hit.start), end: passage.locate(hit.end) });
  detectWrapped(passage, (nested) => scanText(nested, NESTED, deadline, report), report);
  scanAnchors(passage, kind, deadline, located);
  if (kind.notation === "line" && passage.depth === 0) detectFlatSops(passage.text, located);
  const look = deadlineReport(deadline, report);
  const isTree = kind.notation === "yaml" || (kind.notation === "json" && !/sonnet$/.test(passage.path));
  // JSON on one line has no indentation to go by, whatever the file is called.
  if (isTree || JSON_SECRET.test(passage.text)) detectManifests(passage, look);
  else if (/\bSecret\b|stringData|kubernetes_secret/.test(passage.text)) detectLooseManifests(passage, look);
}

const JSON_SECRET = /^\s*[{[][^\n]*"kind"\s*:\s*"(?:Secret|SecretList|List)"/;

function deadlineReport({ now, at }: Deadline, report: Report): Report {
  return (hit) => {
    if (now() > at) throw new OutOfTime();
    report(hit);
  };
}

/** Several stems may stand in one name: what lies before `behind` has been looked at. */
type Progress = { behind: number; count: number; readonly announced: Set<number> };

function scanAnchors(passage: Passage, kind: FileKind, deadline: Deadline, report: Report): void {
  const progress: Progress = { behind: 0, count: 0, announced: new Set() };
  findKeywords(KEYWORDS, passage.text, (word, offset) => {
    if (++progress.count % HITS_BETWEEN_LOOKS === 0 && deadline.now() > deadline.at) throw new OutOfTime();
    const { detector, index } = ANCHORS[word] as Anchor;
    switch (detector) {
      case "name":
        return scanName(passage, kind, offset, progress, report);
      case "place":
        return detectPlace(passage, kind, index, offset, report);
      case "key":
        return detectPrivateKey(passage, index, offset, report);
      case "token":
        return detectToken(passage, index, offset, report);
      case "base64":
        return detectBase64Text(passage, offset, (nested) => scanText(nested, NESTED, deadline, report));
      case "near":
        progress.announced.add(index);
    }
  });
  for (const rule of progress.announced) detectTokenAnywhere(passage, rule, report);
}

/** What is inside of base64 came from a file nobody knows the name of. */
const NESTED: FileKind = { trust: "config", notation: "yaml" };

function scanName(passage: Passage, kind: FileKind, offset: number, progress: Progress, report: Report): void {
  if (offset < progress.behind || kind.trust === "generated") return;
  const identifier = identifierAt(passage.text, offset);
  if (identifier === undefined) return;
  progress.behind = identifier.end;
  detectNamedValues(passage, identifier, kind, report);
}

/** The most telling of hits that overlap, in the order of their places. */
export function mostTelling(hits: readonly Hit[]): readonly Hit[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || rank(a) - rank(b) || b.end - a.end);
  const kept: Hit[] = [];
  for (const hit of sorted) {
    const last = kept.at(-1);
    if (last === undefined || (hit.start >= last.end && hit.start !== last.start)) kept.push(hit);
    else if (rank(hit) < rank(last)) kept[kept.length - 1] = hit;
  }
  return kept;
}

const GENERAL = [
  "private-key",
  "connection-string-password",
  "authorization-header",
  "command-line-password",
  "kubernetes-secret-plaintext",
  "plaintext-credential",
];

/** A rule that knows more comes first: what a token is, before the name it stands behind. */
function rank({ rule }: Hit): number {
  return GENERAL.indexOf(rule);
}
