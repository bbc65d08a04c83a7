/** Bytes into the text that is judged, whatever their encoding. */

/** text: what a reader sees. binary: bytes as Latin-1, in which ASCII secrets can still be found. */
export type Decoded = { readonly kind: "text" | "binary"; readonly text: string };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SAMPLE_BYTES = 1024;
const SLICE_CHARACTERS = 8192;

/** One character a byte. TextDecoder's "latin1" is windows-1252, which changes the bytes from 0x80 to 0x9f. */
function decodeLatin1(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
}

/** Which byte of a unit comes first: the low one, or the high one. */
type ByteOrder = "le" | "be";

function decodeUtf16(bytes: Uint8Array, order: ByteOrder): string {
  return new TextDecoder(`utf-16${order}`).decode(bytes);
}

/** UTF-32: every character has four bytes, of which one is at most 0x10 and one always zero. */
function utf32Order(bytes: Uint8Array): ByteOrder | undefined {
  const sample = Math.min(bytes.length, SAMPLE_BYTES) & ~3;
  if (sample < 8 || bytes.length % 4 !== 0) return undefined;
  const fits = (high: number, next: number) => {
    for (let at = 0; at < sample; at += 4)
      if (bytes[at + high] !== 0 || (bytes[at + next] as number) > 0x10) return false;
    return true;
  };
  if (fits(3, 2)) return "le";
  return fits(0, 1) ? "be" : undefined;
}

function decodeUtf32(bytes: Uint8Array, order: ByteOrder): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, order === "le");
    if (at === 0 && code === 0xfeff) continue;
    part += code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? "\ufffd" : String.fromCodePoint(code);
    if (part.length < SLICE_CHARACTERS) continue;
    parts.push(part);
    part = "";
  }
  return parts.join("") + part;
}

/** Nearly every second byte of western text in UTF-16 is zero, and always the same one of the two. */
function utf16ByZeros(bytes: Uint8Array): ByteOrder | undefined {
  const sample = Math.min(bytes.length, SAMPLE_BYTES) & ~1;
  if (sample < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < sample; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const pairs = sample / 2;
  if (odd > pairs * 0.7 && even < pairs * 0.05) return "le";
  return even > pairs * 0.7 && odd < pairs * 0.05 ? "be" : undefined;
}

/** The text without its byte order mark. Never fails: what is no text in any encoding is binary. */
export function decodeBytes(bytes: Uint8Array): Decoded {
  const [a, b, c] = bytes;
  // Before UTF-16, whose mark begins like one of UTF-32's.
  const wide = utf32Order(bytes);
  if (wide !== undefined) return { kind: "text", text: decodeUtf32(bytes, wide) };
  if (a === 0xff && b === 0xfe && !(c === 0 && bytes[3] === 0))
    return { kind: "text", text: decodeUtf16(bytes.subarray(2), "le") };
  if (a === 0xfe && b === 0xff) return { kind: "text", text: decodeUtf16(bytes.subarray(2), "be") };
  if (bytes.subarray(0, SAMPLE_BYTES * 8).includes(0)) {
    const order = utf16ByZeros(bytes);
    if (order !== undefined) return { kind: "text", text: decodeUtf16(bytes, order) };
    return { kind: "binary", text: decodeLatin1(bytes) };
  }
  try {
    return { kind: "text", text: utf8.decode(a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes) };
  } catch {
    return { kind: "text", text: decodeLatin1(bytes) };
  }
}

/** Offsets into lines and columns, both counted from 1; the columns in UTF-16 units, as SARIF wants them. */
export class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** How many lines there are. */
  get count(): number {
    return this.#starts.length;
  }

  /** Where a line begins. */
  start(line: number): number {
    return this.#starts[line - 1] ?? 0;
  }

  /** The place of an offset. */
  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}
