/** Hostile file names, as bytes: what terminals, logs of CI systems, shells, options and paths would obey. */
import type { Random } from "./fuzz-random.ts";

/** A file that is there only when a name was obeyed. */
export const CANARY = "canary";

const PIECES: readonly (string | readonly number[])[] = [
  "a",
  "é",
  "💥",
  " ",
  "-",
  "--",
  "-rf",
  `--output=${CANARY}`,
  "::stop-commands::x",
  "::error file=README.md::y",
  "##[error]",
  "##vso[task.setvariable variable=x]",
  "section_start:1:a",
  "\x1b[2J",
  "\x1b]0;x\x07",
  "\u009b31m",
  "\u0085",
  "\u007f",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\u{e0041}",
  "\r",
  "\n",
  "\n::error::x",
  "\r\n  ::warning::x",
  "\t",
  "'",
  '"',
  "\\",
  "\\'",
  "!x",
  "~",
  "*",
  "?",
  "[a-z]",
  "{a,b}",
  "$HOME",
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `;touch ${CANARY};`,
  `';touch ${CANARY};'`,
  `\n touch ${CANARY}\n`,
  `|touch ${CANARY}`,
  `&touch ${CANARY}&`,
  `>${CANARY}`,
  "%s%n%",
  "%0A::error::z",
  "#",
  "=",
  ":",
  ",",
  "<b>&amp;",
  "]]>",
  "..",
  "x".repeat(120),
  [0xff],
  [0xc3, 0x28],
  [0xed, 0xa0, 0x80],
];

const MAX_NAME_BYTES = 255;

function component(random: Random, suffix: string): Buffer {
  const pieces = Array.from({ length: 1 + random.below(4) }, () => random.pick(PIECES));
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
  const cut = bytes.subarray(0, MAX_NAME_BYTES - suffix.length);
  return Buffer.concat([cut, Buffer.from(suffix)]);
}

/** One name, or one below a directory of such a name; never "." or "..", which no file has. */
export function hostileName(random: Random, suffix: string): Buffer {
  const file = component(random, suffix);
  if (random.below(4) !== 0) return file;
  return Buffer.concat([component(random, "-d"), Buffer.from("/"), file]);
}
