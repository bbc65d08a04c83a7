/** Numbers with their nouns. */

/** `1 file`, `2 files`, or the plural given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
