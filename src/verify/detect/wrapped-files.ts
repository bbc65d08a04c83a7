/** A file that is nothing but the base64 of another one. */

import { decodeBase64 } from "../../format/base64.ts";
import type { Report } from "../hit.ts";
import { isPacked } from "../text/packed.ts";
import type { Detector, Examined } from "./detector.ts";

const MAX_DEPTH = 3;
const MIN_CHARACTERS = 40;
const MAX_CHARACTERS = 8 * 1024 * 1024;
const ONLY_BASE64 = /^[A-Za-z0-9+/_-]+(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}$/;

/** Gives the text inside to all detectors; everything found in it stands where the file begins. */
export const WRAPPED_FILES: Detector = {
  rules: ["packed-configuration"],
  applies: ({ depth }) => depth < MAX_DEPTH,
  detect: detectWrapped,
};

function detectWrapped({ path, text: whole, depth, inspect }: Examined, report: Report): void {
  const text = whole.trim();
  if (text.length < MIN_CHARACTERS || text.length > MAX_CHARACTERS || !ONLY_BASE64.test(text)) return;
  const inner = decodeBase64(text);
  if (inner === undefined) return;
  if (isPacked(inner)) {
    report({ rule: "packed-configuration", start: 0, end: 0, subject: "base64 of a packed file", value: "" });
    return;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what makes it binary
  if (/[\x00-\x08\x0e-\x1f]/.test(inner)) return;
  inspect({ path, text: inner, depth: depth + 1, locate: () => 0 });
}
