/** Finds many words in a text in one pass, whatever their number: the prefilter that decides how fast everything is. */

/** Words by the last three characters' low bits: letters of either case share them, so one table serves both. */
export type KeywordIndex = {
  readonly words: readonly Keyword[];
  readonly buckets: readonly (readonly number[])[];
  readonly slots: Uint16Array;
};

/** A word to look for. `fold`: in either case; the word is then given in lower case. At least three characters. */
export type Keyword = { readonly word: string; readonly fold: boolean };

const MASK = 0x7fff;

function slotOf(word: string): number {
  let slot = 0;
  for (let i = 0; i < 3; i++) slot = (slot << 5) | (word.charCodeAt(i) & 31);
  return slot & MASK;
}

/** Prepares a search. */
export function indexKeywords(words: readonly Keyword[]): KeywordIndex {
  const slots = new Uint16Array(MASK + 1);
  const buckets: number[][] = [[]];
  words.forEach(({ word }, index) => {
    if (word.length < 3) throw new RangeError(`keyword too short: ${word}`);
    const slot = slotOf(word);
    if (slots[slot] === 0) slots[slot] = buckets.push([]) - 1;
    (buckets[slots[slot] as number] as number[]).push(index);
  });
  return { words, buckets, slots };
}

function isAt(text: string, at: number, { word, fold }: Keyword): boolean {
  if (!fold) return text.startsWith(word, at);
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(at + i);
    if ((code >= 65 && code <= 90 ? code | 32 : code) !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** Calls `found` with the index of a word and its offset, in the order of offsets. */
export function findKeywords(index: KeywordIndex, text: string, found: (word: number, offset: number) => void): void {
  const { slots, buckets, words } = index;
  const { length } = text;
  let slot = 0;
  for (let i = 0; i < length; i++) {
    slot = ((slot << 5) | (text.charCodeAt(i) & 31)) & MASK;
    const bucket = slots[slot] as number;
    if (bucket === 0) continue;
    for (const candidate of buckets[bucket] as readonly number[]) {
      if (isAt(text, i - 2, words[candidate] as Keyword)) found(candidate, i - 2);
    }
  }
}
