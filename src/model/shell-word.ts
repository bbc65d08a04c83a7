/** One word of a command line that somebody pastes or a hook holds. */

/** A byte of a control character, DEL included, or a character that printable text does not show. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** The word as a shell reads it back whole, whatever it holds. A leading dash is made a path, so that it is no option. */
export function shellWord(text: string): string {
  return shellQuoted(text.startsWith("-") ? `./${text}` : text);
}

/** The word as shellWord gives it, for one that is no path: a leading dash stays. */
export function shellQuoted(word: string): string {
  if (HIDDEN.test(word)) return hiddenWord(word);
  if (/^[\w./:@%+,=-]+$/.test(word)) return word;
  // Two signs of number stand apart: what is printed into a log of CI is changed where a command of the system would be in it.
  return `'${word.replaceAll("'", "'\\''").replace(/#(?=#)/g, "#''")}'`;
}

/** POSIX shells have no escapes in quotes before 2024. A substitution drops line feeds at its end, and only newer ones have a way then. */
function hiddenWord(word: string): string {
  const text = [...word].map(escaped).join("");
  return word.endsWith("\n") ? `$'${text.replaceAll("%%", "%")}'` : `"$(printf '${text}')"`;
}

/**
 * The word for a file that any POSIX shell runs, such as a hook: single quotes alone, since dash has no other way to quote.
 * undefined for a control character or half a character: a line of a hook must show what it runs.
 */
export function posixWord(word: string): string | undefined {
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(word)) return undefined;
  if (/^[\w./:@+,][\w./:@+,=-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** As printf reads it, and an interactive shell leaves it alone. Three octal digits a byte: what follows cannot lengthen them. */
function escaped(character: string): string {
  if (character === "%") return "%%";
  if (!HIDDEN.test(character) && !/['"\\`$!#-]/.test(character)) return character;
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
