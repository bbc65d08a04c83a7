/** Files of which nobody can say what is in them: packed, or in an encoding that is not read. Told, so that they are not called clean. */

import { isForeignBinary } from "../../format/foreign/formats.ts";
import type { Hit, Report } from "../hit.ts";
import { isEbcdic, isUtf7, isWideText } from "../text/encoding.ts";
import { isConfigurationName, isPacked } from "../text/packed.ts";
import type { Detector, Examined } from "./detector.ts";

const at = (rule: Hit["rule"], subject: string): Hit => ({ rule, start: 0, end: 0, subject, value: "" });

/** What keeps a file from being judged. */
export const UNJUDGED_FILES: Detector = {
  rules: ["packed-configuration", "packed-file", "encoding-unknown"],
  applies: ({ depth }) => depth === 0,
  detect: detectUnjudged,
};

function detectUnjudged({ path, text, isBinary }: Examined, report: Report): void {
  if (isPacked(text)) {
    report(
      isConfigurationName(path)
        ? at("packed-configuration", "packed, and not unpacked here")
        : at("packed-file", "packed"),
    );
    return;
  }
  if (isBinary || text.includes("\0")) {
    if ((isTextName(path) && !isForeignBinary(text)) || isWideText(text))
      report(at("encoding-unknown", "bytes that are no text"));
    return;
  }
  if (isEbcdic(text)) report(at("encoding-unknown", "EBCDIC"));
  else if (isUtf7(text)) report(at("encoding-unknown", "UTF-7"));
}

/** Names of files that programs read as text. */
function isTextName(path: string): boolean {
  return /\.(?:ya?ml|json[5c]?|env|envrc|properties|ini|toml|conf|cfg|tfvars|tf|hcl|sh)(?:[.~_-][\w.~-]*)?$|(?:^|\/)\.env(?:\.[\w.-]+)?$/i.test(
    path,
  );
}
