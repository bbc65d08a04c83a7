/** Passwords inside addresses, headers and commands: what has a place of its own and needs no name. */
import type { Report } from "../hit.ts";
import { looksGenerated } from "../value/judgement.ts";
import type { Announced, Detector, Examined } from "./detector.ts";
import { PLACES, type Place } from "./places.ts";

/** Tries each place where the word stands that announces it. */
export const CONNECTIONS: Detector = {
  rules: ["plaintext-credential", "connection-string-password", "authorization-header", "command-line-password"],
  anchors: { words: PLACES.map(({ anchor }) => ({ word: anchor, fold: true })), calls: "at each" },
  applies: () => true,
  detect: detectPlace,
};

function detectPlace({ text, kind }: Examined, report: Report, { anchor, offset }: Announced): void {
  const place = PLACES[anchor] as Place;
  const match = matchAround(place, text, offset);
  const value = match?.groups?.["value"];
  if (match === undefined || value === undefined || !place.accept(value, match)) return;
  // Programs and prose are full of made-up addresses and commands.
  const isAddressOrCommand = place.rule === "connection-string-password" || place.rule === "command-line-password";
  if (kind.trust === "code" && isAddressOrCommand && !looksGenerated(value)) return;
  const start = match.index + match[0].lastIndexOf(value);
  report({ rule: place.rule, start, end: start + value.length, subject: place.subject, value });
}

/** The match that covers the anchor: at the anchor, or at the nearest earlier offset from which it matches. */
function matchAround({ pattern, lead }: Place, text: string, offset: number): RegExpExecArray | undefined {
  const first = Math.max(0, offset - lead);
  for (let at = first; at <= offset; at++) {
    if (at > first && lead > 0 && /[\w+.-]/.test(text[at - 1] as string)) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null && match.index + match[0].length > offset) return match;
  }
  return undefined;
}
