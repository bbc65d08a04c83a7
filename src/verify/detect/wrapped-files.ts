/** A file that is nothing but the base64 of another one. */

import { decodeBase64 } from "../../format/base64.ts";
import type { Passage, Report } from "../hit.ts";
import { isPacked } from "../text/packed.ts";

const MAX_DEPTH = 3;
const MIN_CHARACTERS = 40;
const MAX_CHARACTERS = 8 * 1024 * 1024;
const ONLY_BASE64 = /^[A-Za-z0-9+/_-]+(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}$/;

/** Gives the text inside to `scan`; everything found in it stands where the file begins. */
export function detectWrapped(passage: Passage, scan: (nested: Passage) => void, report: Report): void {
  const text = passage.text.trim();
  if (passage.depth >= MAX_DEPTH || text.length < MIN_CHARACTERS || text.length > MAX_CHARACTERS) return;
  if (!ONLY_BASE64.test(text)) return;
  const inner = decodeBase64(text);
  if (inner === undefined) return;
  const start = passage.locate(0);
  if (isPacked(inner)) {
    report({ rule: "packed-configuration", start, end: start, subject: "base64 of a packed file", value: "" });
    return;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what makes it binary
  if (/[\x00-\x08\x0e-\x1f]/.test(inner)) return;
  scan({ path: passage.path, text: inner, depth: passage.depth + 1, locate: () => start });
}
