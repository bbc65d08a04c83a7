/** Bytes and their text forms. Decoders are strict: what does not encode back to the same text is refused. */

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64 = `${BASE64URL.slice(0, 62)}+/`;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a well-formed string. Check {@link isWellFormed} first where the string comes from outside. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, or undefined when they are not valid UTF-8. A byte order mark is kept. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** False for strings with lone surrogates: two of them could share one encoding. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

/** V8 keeps the bytes of arrays up to this length among its own objects. */
const MOVED_BYTES = 64;

/**
 * Zeros, to hold a secret until it is wiped. Never among V8's own objects: those are moved, and what was in the old
 * place stays there, where nobody can overwrite it.
 */
export function secretBytes(length: number): Uint8Array {
  return new Uint8Array(Math.max(length, MOVED_BYTES + 1)).subarray(0, length);
}

/** All parts in one new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Unsigned 32-bit big-endian, 4 bytes. */
export function u32be(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** Overwrites secrets with zeros once they are no longer needed. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** True when both arrays hold the same bytes. Not constant-time: for public bytes only. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Orders byte strings as unsigned numbers, the first difference deciding. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += HEX[byte];
  return out;
}

function encodeWith(alphabet: string, bytes: Uint8Array): string {
  // Pieces are joined once per chunk: one huge concatenation of single characters would build a deep rope.
  const chunks: string[] = [];
  let chunk = "";
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const triple = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    chunk +=
      (alphabet[triple >> 18] as string) +
      alphabet[(triple >> 12) & 63] +
      alphabet[(triple >> 6) & 63] +
      alphabet[triple & 63];
    if (chunk.length >= 8192) {
      chunks.push(chunk);
      chunk = "";
    }
  }
  const rest = bytes.length - i;
  if (rest === 1) {
    const byte = bytes[i] as number;
    chunk += (alphabet[byte >> 2] as string) + alphabet[(byte & 3) << 4];
  } else if (rest === 2) {
    const pair = ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
    chunk += (alphabet[pair >> 10] as string) + alphabet[(pair >> 4) & 63] + alphabet[(pair & 15) << 2];
  }
  chunks.push(chunk);
  return chunks.join("");
}

function lookupFor(alphabet: string): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

const BASE64URL_LOOKUP = lookupFor(BASE64URL);
const BASE64_LOOKUP = lookupFor(BASE64);

/** Decodes unpadded text; undefined for foreign characters, an impossible length or non-zero tail bits. */
function decodeWith(lookup: Int8Array, text: string): Uint8Array | undefined {
  const tail = text.length % 4;
  if (tail === 1) return undefined;
  const out = secretBytes(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let buffer = 0;
  let offset = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (lookup[code] as number) : -1;
    if (value < 0) {
      out.fill(0);
      return undefined;
    }
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[offset++] = (buffer >> bits) & 0xff;
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) {
    out.fill(0);
    return undefined;
  }
  return out;
}

/** What is used of Node's Buffer where there is one: it is ten times faster than any loop here. */
type FastBase64 = {
  from(text: string, encoding: "base64url"): Uint8Array & { toString(encoding: "base64url"): string };
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: "base64url"): string };
};

const fast = (globalThis as { readonly Buffer?: FastBase64 }).Buffer;

/** base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  if (fast === undefined) return encodeWith(BASE64URL, bytes);
  return fast.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/** The bytes of canonical, unpadded base64url, or undefined. Nothing is stripped or forgiven. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (fast === undefined) return decodeWith(BASE64URL_LOOKUP, text);
  // Node's decoder forgives nearly everything: encoding again shows whether it had to.
  const bytes = fast.from(text, "base64url");
  if (bytes.toString("base64url") === text) return bytes;
  bytes.fill(0);
  return undefined;
}

/** The same two without Node's help, for the test that holds them against each other. */
export const plainBase64url: {
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array | undefined;
} = {
  encode: (bytes) => encodeWith(BASE64URL, bytes),
  decode: (text) => decodeWith(BASE64URL_LOOKUP, text),
};

/** Standard padded base64, as in `data` of a Kubernetes Secret. */
export function toBase64(bytes: Uint8Array): string {
  const text = encodeWith(BASE64, bytes);
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** The bytes of standard padded base64, or undefined. Line breaks are skipped, as Kubernetes does. */
export function fromBase64(text: string): Uint8Array | undefined {
  const compact = text.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0) return undefined;
  return decodeWith(BASE64_LOOKUP, compact.replace(/={1,2}$/, ""));
}
