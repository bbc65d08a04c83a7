/** One text through all detectors. */
import type { Detector, Examined } from "./detect/detector.ts";
import { DETECTORS } from "./detect/detectors.ts";
import type { Report } from "./hit.ts";
import type { FileKind } from "./text/file-kind.ts";
import { findKeywords, indexKeywords, type Keyword } from "./text/keywords.ts";

type Anchor = Keyword & { readonly detector: number; readonly anchor: number; readonly isOnce: boolean };

const ANCHORS: readonly Anchor[] = DETECTORS.flatMap(({ anchors }, detector) =>
  (anchors?.words ?? []).map(({ word, fold }, anchor) => ({
    word,
    fold,
    detector,
    anchor,
    isOnce: anchors?.calls === "once",
  })),
);
const KEYWORDS = indexKeywords(ANCHORS);
const FIRST_ANCHORED = DETECTORS.findIndex(({ anchors }) => anchors !== undefined);

/** Thrown when the time for a file has run out. */
export class OutOfTime extends Error {}

/** Milliseconds since some moment, and when to stop. */
export type Deadline = { readonly now: () => number; readonly at: number };

const WORDS_BETWEEN_LOOKS = 256;

/** What stands inside of a text came from a file that nobody knows the name of. */
const NESTED: FileKind = { trust: "config", notation: "yaml" };

const NOWHERE = { anchor: -1, offset: 0 };

/** Reports everything that detectors find, where `locate` puts it. Throws OutOfTime. */
export function scanText(text: Omit<Examined, "inspect">, deadline: Deadline, report: Report): void {
  const located: Report = (hit) => {
    if (deadline.now() > deadline.at) throw new OutOfTime();
    report({ ...hit, start: text.locate(hit.start), end: text.locate(hit.end) });
  };
  const examined: Examined = {
    ...text,
    inspect: (nested) => scanText({ ...text, ...nested, kind: NESTED }, deadline, located),
  };
  DETECTORS.forEach((detector, index) => {
    if (index === FIRST_ANCHORED) scanAnchors(examined, deadline, located);
    else if (detector.anchors === undefined && detector.applies(examined)) detector.detect(examined, located, NOWHERE);
  });
}

function scanAnchors(text: Examined, deadline: Deadline, report: Report): void {
  const isWanted = DETECTORS.map((detector) => detector.anchors !== undefined && detector.applies(text));
  const once = new Map<Anchor, number>();
  let count = 0;
  findKeywords(KEYWORDS, text.text, (word, offset) => {
    if (++count % WORDS_BETWEEN_LOOKS === 0 && deadline.now() > deadline.at) throw new OutOfTime();
    const found = ANCHORS[word] as Anchor;
    if (isWanted[found.detector] !== true) return;
    if (!found.isOnce) (DETECTORS[found.detector] as Detector).detect(text, report, { anchor: found.anchor, offset });
    else if (!once.has(found)) once.set(found, offset);
  });
  for (const [{ detector, anchor }, offset] of once)
    (DETECTORS[detector] as Detector).detect(text, report, { anchor, offset });
}
