/** How much a parser would make of a text, counted before it is parsed. */
import { Lexer } from "yaml";

/** Blanks, line ends, comments, and the marks that the lexer puts in front of scalars. */
const NOTHING: ReadonlySet<string> = new Set([..." \t\r\n#\u0002\u0018\u001f\uFEFF"]);

/** So many blanks cost as much as one token. */
const BLANKS_TO_A_TOKEN = 4;

/**
 * True for a text of more than so many tokens: scalars, indicators, and what does not belong there; four blanks, line ends
 * or comments count as one. A parser makes about a kilobyte of each token, so that four megabytes of brackets would take
 * four gigabytes.
 */
export function hasMoreTokens(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let tokens = 0;
  let blanks = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (NOTHING.has(lexeme[0] ?? " ")) blanks++;
    else tokens++;
    if (tokens + blanks / BLANKS_TO_A_TOKEN > most) return true;
  }
  return false;
}
