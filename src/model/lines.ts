/** Texts of one thing a line, as people keep keys in them. */

/** The lines that say something: trimmed, without empty ones and those that start with `#`. */
export function contentLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
