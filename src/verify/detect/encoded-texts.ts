/** Texts in base64 that begin like something worth reading: keys, manifests, registry credentials, scripts, data URLs. */

import { decodeBase64 } from "../../format/base64.ts";
import type { Report } from "../hit.ts";
import type { Announced, Detector, Examined } from "./detector.ts";

/** The beginnings: -----BEGIN, apiVersion:, {"auths", { "auths", #cloud-config, #!/bin, service accounts; then data URLs. */
const BEGINNINGS: readonly string[] = [
  "LS0tLS1CRUdJTi",
  "YXBpVmVyc2lvbj",
  "eyJhdXRocyI6",
  "ewogICAgImF1dGhzIj",
  "ewogICJhdXRocyI6",
  "ewoJImF1dGhzIj",
  "I2Nsb3VkLWNvbmZpZ",
  "IyEvYmluL",
  "IyEvdXNyL",
  "eyJ0eXBlIjoic2Vydmlj",
  "ewogICJ0eXBlIjogInNl",
  // kind:, ---, and JSON of manifests.
  "a2luZDog",
  "LS0tCmFwaVZlcnNpb2",
  "LS0tCmtpbmQ6",
  "eyJhcGlWZXJzaW9u",
  "eyJraW5kIj",
  "ewogICJhcGlWZXJzaW9u",
  "ewogICJraW5kIj",
  "ewogICAgImFwaVZlcnNpb2",
  "ewogICAgImtpbmQi",
  ";base64,",
  "data:,",
];

const RUN = /(?:;base64,|data:,)?([A-Za-z0-9+/_%.~=:@-]+(?:\r?\n[ \t]*[A-Za-z0-9+/=]{20,})*)/y;
const MAX_DEPTH = 3;
const MAX_CHARACTERS = 1_000_000;

/** Gives the decoded text to all detectors; everything found in it stands where the encoded text begins. */
export const ENCODED_TEXTS: Detector = {
  rules: [],
  anchors: { words: BEGINNINGS.map((word) => ({ word, fold: false })), calls: "at each" },
  applies: ({ depth }) => depth < MAX_DEPTH,
  detect: detectEncodedText,
};

function detectEncodedText(examined: Examined, _report: Report, { offset }: Announced): void {
  if (isInside(examined.text, offset)) return;
  RUN.lastIndex = offset;
  const match = RUN.exec(examined.text);
  if (match === null || match[0].length > MAX_CHARACTERS) return;
  const run = match[1] ?? "";
  const text = match[0].startsWith("data:,") ? percentDecoded(run) : base64Decoded(run);
  if (text === undefined || text.length < 12 || !isPrintable(text)) return;
  examined.inspect({ path: examined.path, text, depth: examined.depth + 1, locate: () => offset });
}

/** In the middle of a longer run the same letters mean something else. */
function isInside(text: string, offset: number): boolean {
  return (
    offset > 0 &&
    /[A-Za-z0-9+/]/.test(text[offset - 1] as string) &&
    /^[A-Za-z]/.test(text[offset] as string) &&
    !/[;,]/.test(text[offset - 1] as string)
  );
}

/** All lines of the run, or its first alone, where those behind it are of something else. */
function base64Decoded(run: string): string | undefined {
  return [run.replace(/\s+/g, ""), run.replace(/\s.*$/s, "")]
    .map((text) => decodeBase64(/^[\w+/-]*={0,2}/.exec(text)?.[0] ?? ""))
    .find((text) => text !== undefined && isPrintable(text));
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isPrintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what makes it binary
  return !/[\x00-\x08\x0e-\x1f]/.test(text.slice(0, 2000));
}
