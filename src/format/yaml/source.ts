/** A text with its name, so that every complaint can say file, line and column. */
import { fromUtf8 } from "../../bytes.ts";
import { type ErrorCode, LacreError } from "../../errors.ts";

/** Text without its byte order mark, which is remembered and written back. */
export type Source = { readonly path: string; readonly text: string; readonly bom: boolean };

const BOM = "\uFEFF";

function encodingError(path: string, what: string, hint: string): LacreError {
  return new LacreError("INPUT_ENCODING", `${path} is ${what}`, { hint });
}

/** The text of a file, or INPUT_EMPTY or INPUT_ENCODING. A UTF-8 byte order mark is fine, UTF-16 is not. */
export function decodeSource(path: string, bytes: Uint8Array): Source {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || (first === 0 && bytes.length > 1)) {
    throw encodingError(path, "UTF-16 or UTF-32, not UTF-8", `convert it first: iconv -f UTF-16 -t UTF-8 ${path}`);
  }
  if (bytes.includes(0)) {
    throw encodingError(
      path,
      "not text: it holds zero bytes",
      "to seal a binary value: lacre set FILE KEY --from-file F",
    );
  }
  const decoded = fromUtf8(bytes);
  if (decoded === undefined) {
    throw encodingError(
      path,
      "not valid UTF-8",
      "save it as UTF-8; to seal a binary value: lacre set FILE KEY --from-file F",
    );
  }
  const bom = decoded.startsWith(BOM);
  const text = bom ? decoded.slice(1) : decoded;
  if (text.trim() === "") {
    throw new LacreError("INPUT_EMPTY", `${path} is empty`, { hint: "nothing was written; check what produced it" });
  }
  return { path, text, bom };
}

/** Text that was decoded elsewhere, as a source. */
export function decodeText(path: string, text: string): Source {
  return { path, text, bom: false };
}

/** The text as it goes back into the file. */
export function withBom(source: Source, text: string): string {
  return source.bom ? BOM + text : text;
}

/** The line of an offset, counted from 1. */
function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** `path:line:column` of an offset, counted from 1. */
function positionOf(source: Source, offset: number): string {
  const before = source.text.slice(0, offset);
  return `${source.path}:${lineOf(source.text, offset)}:${offset - before.lastIndexOf("\n")}`;
}

/** The next step where the message itself says what is wrong at its place. */
export const MEND = "mend the place that is named; nothing was written";

/** An error at a place in a source. */
export function errorAt(source: Source, offset: number, code: ErrorCode, message: string, hint: string): LacreError {
  return new LacreError(code, `${positionOf(source, offset)}: ${message}`, { hint });
}
