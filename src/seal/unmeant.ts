/** Values that somebody did not mean to seal: what another tool sealed, and marks in the place of a value. */
import { fromUtf8 } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { foreignBinaryFormat, foreignFileFormat, foreignFormatOf } from "../format/foreign/formats.ts";
import { isPlaceholder } from "../format/foreign/placeholder.ts";
import { parseToken } from "../model/token.ts";

/** Bytes; no tool needs more to be known by. */
const LONGEST_BEGINNING = 64;

const AS_IS = "or, if it is meant: --as-is";

/** SECRET_INVALID for a value that a program would get in place of the one that is meant. The value is not repeated. */
export function refuseUnmeant(key: string, value: Uint8Array): void {
  const text = fromUtf8(value)?.trim();
  const beginning = String.fromCharCode(...value.subarray(0, LONGEST_BEGINNING));
  const foreign = foreignBinaryFormat(beginning) ?? (text === undefined ? undefined : foreignFormatOf(text));
  if (foreign !== undefined) {
    throw new LacreError("SECRET_INVALID", `the value of ${key} is sealed by ${foreign.tool} already`, {
      hint: `open it first: ${foreign.opened}; ${AS_IS}`,
    });
  }
  if (text === undefined) return;
  if (parseToken(text) !== undefined) {
    throw new LacreError("SECRET_INVALID", `the value of ${key} is a sealed token of lacre already`, {
      hint: `put it into spec.entries as it is; ${AS_IS}`,
    });
  }
  if (isPlaceholder(text)) {
    throw new LacreError("SECRET_INVALID", `the value of ${key} is a placeholder, and no value`, {
      hint: `nothing fills it in once it is sealed: seal what it stands for; ${AS_IS}`,
    });
  }
}

/** What to do with a file that another tool sealed; undefined for others. */
export function foreignFileHint(text: string): string | undefined {
  const foreign = foreignFileFormat(text);
  return foreign === undefined ? undefined : `it is sealed by ${foreign.tool}; open it first: ${foreign.opened}`;
}
