/** Padding that hides the length of short values wholly and of long ones up to a few per cent. */

/** Values up to 252 bytes all look the same: with their 4-byte length they are padded to this. */
export const PADDING_FLOOR_BYTES = 256;

/** Padme (Nikitin et al., PURBs, 2019): rounds n >= 2 up so that only the top bits of the length show. */
export function padme(n: number): number {
  const exponent = Math.floor(Math.log2(n));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(n / step) * step;
}

/** The length of the padded frame, in bytes, for `length` bytes of value. */
export function paddedLength(length: number): number {
  const framed = length + 4;
  return framed <= PADDING_FLOOR_BYTES ? PADDING_FLOOR_BYTES : padme(framed);
}
