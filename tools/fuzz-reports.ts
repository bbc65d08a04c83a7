/** What must hold of everything that lacre prints, whatever the files are called; and what the commands that it prints name. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { RULES } from "../src/verify/index.ts";
import { CANARY } from "./fuzz-names.ts";

/** Whatever a terminal would obey or hide. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
/** Whatever a CI system would obey. */
const OBEYED = /^\s*(?:::|section_)|##\w*\[/m;
/** The annotations that we mean. */
const OURS = /^::(?:error|warning) file=[^:,\n]*,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=[\w-]+::.*$/gm;

/** Why a text must not be printed; undefined when it may. */
export function objectionToPrinted(text: string): string | undefined {
  const hidden = HIDDEN.exec(text);
  if (hidden !== null) return `prints U+${hidden[0].codePointAt(0)?.toString(16)} as it is`;
  const obeyed = OBEYED.exec(text.replace(OURS, ""));
  if (obeyed !== null) return `prints a command of a CI system: ${JSON.stringify(obeyed[0])}`;
  return undefined;
}

/** The same of JSON, which must also be some. */
export function objectionToJson(text: string): string | undefined {
  const objection = objectionToPrinted(text);
  if (objection !== undefined) return objection;
  try {
    JSON.parse(text);
  } catch {
    return "prints no JSON";
  }
  return undefined;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Each rule's next step, with the word for the path in the one group; that for its subject where it names no path. */
const STEPS = RULES.map(({ fix }) => {
  const step = fix("\u0001", "\u0002");
  const word = step.includes("\u0001") ? "\u0001" : "\u0002";
  const [before = "", ...rest] = step.split(word);
  const after = rest.map((text) => escaped(text).replaceAll("\u0002", ".*")).join("\\1");
  return rest.length === 0 ? undefined : new RegExp(`^  fix: ${escaped(before)}(.+)${after}$`);
});

/** The words in the next steps of a text report, in its order. */
export function fixWords(report: string): readonly string[] {
  const lines = report.split("\n").filter((line) => line.startsWith("  fix: "));
  return lines.flatMap((line) => {
    for (const step of STEPS) {
      const word = step?.exec(line)?.[1];
      if (word !== undefined) return [word];
    }
    return [];
  });
}

/** What a shell makes of these words, run where a canary would be seen. Why not as meant, or undefined. */
export function objectionToWords(
  shell: string,
  words: readonly string[],
  meant: readonly string[],
  directory: string,
): string | undefined {
  for (const [index, word] of words.entries()) {
    const wanted = meant[index] as string;
    // Only the newer shells have a word for these.
    if (shell === "sh" && wanted.endsWith("\n")) continue;
    const ran = spawnSync(shell, ["-c", `set -- ${word}; printf '%s\\0' "$#" "$@"`], { cwd: directory });
    const named = ran.stdout.toString().split("\0").slice(0, -1);
    const isMeant = named.length === 2 && path.normalize(named[1] as string) === path.normalize(wanted);
    if (!isMeant || (named[1] as string).startsWith("-"))
      return `${shell} reads ${JSON.stringify(word)} as ${JSON.stringify(named)}, meant is ${JSON.stringify(wanted)}`;
  }
  return fs.existsSync(path.join(directory, CANARY)) ? `${shell} ran something of a name` : undefined;
}
