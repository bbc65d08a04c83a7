/** Encodings in which nothing would be found, since their letters are not those of ASCII: told, and not read. */

const MIN_BYTES = 16;
const SAMPLE_CHARACTERS = 8_192;

/** Letters, digits, the signs and line ends that all EBCDIC code pages share (IBM CDRA, invariant character set). */
const EBCDIC: ReadonlySet<number> = new Set([
  ...[0x05, 0x0d, 0x15, 0x25, 0x40, 0x4b, 0x4c, 0x4d, 0x4e, 0x50, 0x5c, 0x5d, 0x5e, 0x60, 0x61],
  ...[0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x7a, 0x7d, 0x7e, 0x7f],
  ...[0x81, 0x91, 0xc1, 0xd1].flatMap((first) => Array.from({ length: 9 }, (_, index) => first + index)),
  ...[0xa2, 0xe2].flatMap((first) => Array.from({ length: 8 }, (_, index) => first + index)),
  ...Array.from({ length: 10 }, (_, index) => 0xf0 + index),
]);

/** True for text of a mainframe. bytes: one character a byte. */
export function isEbcdic(bytes: string): boolean {
  const sample = bytes.slice(0, SAMPLE_CHARACTERS);
  if (sample.length < MIN_BYTES) return false;
  let fitting = 0;
  let high = 0;
  for (let at = 0; at < sample.length; at++) {
    const code = sample.charCodeAt(at);
    if (EBCDIC.has(code)) fitting++;
    if (code >= 0x80) high++;
  }
  return fitting >= sample.length * 0.9 && high >= sample.length * 0.4;
}

/** UTF-16 in base64 between + and -, RFC 2152. The first letters are those of a character below 0x80. */
const UTF7_RUN = /\+(A[A-H][A-Za-z0-9+/]{1,4000})/g;

/** True for text in which letters stand as UTF-7: several that need not, or one word of them. */
export function isUtf7(text: string): boolean {
  if (!text.includes("+A")) return false;
  let single = 0;
  for (const [, run = ""] of text.matchAll(UTF7_RUN)) {
    const count = asciiCharacters(run);
    if (count >= 4) return true;
    if (count > 0 && ++single >= 3) return true;
  }
  return false;
}

/** How many letters and digits a run of UTF-7 says, 0 when anything else than printable ASCII is in it. */
function asciiCharacters(run: string): number {
  let bytes: string;
  try {
    bytes = atob(run.slice(0, run.length - (run.length % 4 === 1 ? 1 : 0)));
  } catch {
    return 0;
  }
  let letters = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const code = bytes.charCodeAt(at + 1);
    if (bytes.charCodeAt(at) !== 0 || code > 0x7e || (code < 0x20 && code !== 9 && code !== 10 && code !== 13))
      return 0;
    if (/[A-Za-z0-9]/.test(String.fromCharCode(code))) letters++;
  }
  return letters;
}

/** True for letters of ASCII with zero bytes between them, in whatever width: UTF-16 or UTF-32 that is cut, mixed or shifted. */
export function isWideText(bytes: string): boolean {
  const sample = bytes.slice(0, SAMPLE_CHARACTERS);
  const rest = sample.replaceAll("\0", "");
  if (rest.length < MIN_BYTES || rest.length > sample.length * 0.7) return false;
  return rest.replace(/[^\t\n\r -~]/g, "").length >= rest.length * 0.95;
}
