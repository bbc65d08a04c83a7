/** Lines around an offset, looked for only nearby: a file of one line of ten megabytes must not be searched at every word. */

const MAX_BACK = 2_000;
const MAX_AHEAD = 20_000;

/** Where the line of an offset begins, or as far back as anybody looks. */
export function lineStart(text: string, offset: number): number {
  const stop = Math.max(0, offset - MAX_BACK);
  for (let at = offset - 1; at >= stop; at--) if (text.charCodeAt(at) === 10) return at + 1;
  return stop;
}

/** Where the line of an offset ends, without its line break, or as far ahead as anybody looks. */
export function lineEnd(text: string, offset: number): number {
  const stop = Math.min(text.length, offset + MAX_AHEAD);
  for (let at = offset; at < stop; at++) if (text.charCodeAt(at) === 10) return at;
  return stop;
}

/** The text of the line in front of an offset. */
export function lineBefore(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset);
}
