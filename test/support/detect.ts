/** One detector on one text, without the others: what it reports, and which texts inside it would have looked at. */
import { createHash } from "node:crypto";
import type { Announced, Detector, Examined } from "../../src/verify/detect/detector.ts";
import type { Hit } from "../../src/verify/hit.ts";
import { fileKind } from "../../src/verify/text/file-kind.ts";

/** What a detector made of a text. */
export type Detected = { readonly hits: readonly Hit[]; readonly nested: readonly string[] };

/** Every word of the detector with its place, in the order of places. */
function announcedIn({ anchors }: Detector, text: string): readonly Announced[] {
  const all = (anchors?.words ?? []).flatMap(({ word, fold }, anchor) => {
    const places: Announced[] = [];
    const searched = fold ? text.toLowerCase() : text;
    for (let offset = searched.indexOf(word); offset !== -1; offset = searched.indexOf(word, offset + 1))
      places.push({ anchor, offset });
    return anchors?.calls === "once" ? places.slice(0, 1) : places;
  });
  return all.sort((a, b) => a.offset - b.offset);
}

/** Runs it as scan.ts would. */
export function detected(detector: Detector, path: string, text: string, more: Partial<Examined> = {}): Detected {
  const hits: Hit[] = [];
  const nested: string[] = [];
  const examined: Examined = {
    path,
    text,
    depth: 0,
    locate: (offset) => offset,
    kind: fileKind(path, text),
    isBinary: false,
    role: undefined,
    policy: {},
    means: {
      sha256: (message) => new Uint8Array(createHash("sha256").update(message).digest()),
      isSigned: () => {
        throw new Error("no policy of signatures");
      },
    },
    inspect: (inner) => nested.push(inner.text),
    ...more,
  };
  if (detector.applies(examined)) {
    const places = detector.anchors === undefined ? [{ anchor: -1, offset: 0 }] : announcedIn(detector, text);
    for (const at of places) detector.detect(examined, (hit) => hits.push(hit), at);
  }
  for (const { rule } of hits) {
    if (!detector.rules.includes(rule)) throw new Error(`the detector does not say that it reports ${rule}`);
  }
  return { hits, nested };
}

/** Each hit as `rule: the text where it stands`. */
export function found(detector: Detector, path: string, text: string, more: Partial<Examined> = {}): readonly string[] {
  return detected(detector, path, text, more).hits.map(({ rule, start, end }) => `${rule}: ${text.slice(start, end)}`);
}
