/** Replacements in a text, by offset. Whatever no splice names stays byte for byte. */

/** The text from start up to end becomes `text`. */
export type Splice = { readonly start: number; readonly end: number; readonly text: string };

/** The text with all splices applied. They must not overlap; insertions at one place keep their order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let position = 0;
  for (const splice of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(position, splice.start), splice.text);
    position = splice.end;
  }
  parts.push(text.slice(position));
  return parts.join("");
}
