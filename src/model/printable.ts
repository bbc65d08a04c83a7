/** What may reach a terminal or a log: the one function at the border through which every name and message goes. */

// C0 but the line feed and the tab, DEL, C1, line and paragraph separators, bidirectional and zero-width controls,
// whatever else a font may leave out, and halves of a character.
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Text of several lines, such as a message: every character that moves the cursor or hides is written as an escape. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** A name inside a line: as printable, and no line ends or jumps in it. */
export function printableName(text: string): string {
  return printable(text).replaceAll("\n", "\\x0a").replaceAll("\t", "\\x09");
}

/** Commands of GitHub's older form, Azure DevOps and TeamCity: these two obey them anywhere in a line too. */
const COMMAND = /##(?=\w*\[)/g;

/** Text in a log of a CI system: as printable, and no line begins with what GitHub, GitLab or Jenkins obeys. */
export function printableInLog(text: string): string {
  return printable(text)
    .replace(/^(?=.)/gm, "| ")
    .replace(COMMAND, "# #");
}

/**
 * Text that CI systems read too: as printable, and no line is left that they would obey. GitHub takes a command behind
 * blanks as well, and its older form anywhere in a line.
 */
export function printableTalk(text: string): string {
  return printable(text)
    .replace(/^(?=\s*(?:::|section_))/gm, "| ")
    .replace(COMMAND, "# #");
}

/** JSON of one line or many that says the same to programs, and shows on a terminal or in a log nothing that either would obey. */
export function printableJson(json: string): string {
  // A sign of number stands in strings only.
  return json
    .replace(COMMAND, "#\\u0023")
    .replace(UNPRINTABLE, (character) =>
      Array.from(
        { length: character.length },
        (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join(""),
    );
}
