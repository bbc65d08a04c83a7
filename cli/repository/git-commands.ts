/** The commands that Git is told to run in this clone, as text for any POSIX shell. Where lacre has gone, they say so and lose nothing. */
/** Words that start lacre, each quoted: Node and the program, or the one executable that is both. */
export type ProgramWords = readonly string[];

const HINT = "hint: install lacre again, then: lacre init";

function existing(program: ProgramWords): string {
  return program.map((word) => `[ -e ${word} ]`).join(" && ");
}

/**
 * The merge driver. Its answer counts when it merged, or left conflicts and still runs: a status of 1 is also what a Node ends
 * with that finds half of a program. Anything else is left to git's own merge of text, which keeps both sides.
 */
export function mergeDriver(program: ProgramWords): string {
  // Git takes a percent sign for one of its own marks.
  const lacre = program.join(" ").replaceAll("%", "%%");
  const isThere = existing(program).replaceAll("%", "%%");
  return [
    `if ${isThere}`,
    `then ${lacre} merge-driver %O %A %B %L %P`,
    "s=$?",
    "[ $s = 0 ] && exit",
    `[ $s = 1 ] && ${lacre} --version >/dev/null 2>&1 && exit 1`,
    "fi",
    `set -- ${lacre}`,
    `printf 'lacre: error: %%s does not run; %%s was merged as text, not entry by entry\\n${HINT}\\n' "$*" %P >&2`,
    "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B",
  ].join("; ");
}

/** How diffs show a sealed file: where lacre does not run, as it is. */
export function textconv(program: ProgramWords): string {
  return `f() { { ${existing(program)} && ${program.join(" ")} textconv "$1" 2>/dev/null; } || cat "$1"; }; f`;
}

/** The script that every hook of a clone calls. Without lacre nothing was judged, so nothing passes. */
export function hookScript(program: ProgramWords): string {
  return `#!/bin/sh
# Kept by lacre init. The hooks of this clone call it, with their names: by absolute paths, since a PATH may lead into the work tree.
for file in ${program.join(" ")}; do
  [ -e "$file" ] && continue
  printf 'lacre: error: %s is not there: nothing was judged\\n${HINT}\\n' "$file" >&2
  exit 1
done
case \${1-} in
  pre-push) exec ${program.join(" ")} verify --quiet --pushed ;;
  *) exec ${program.join(" ")} verify --quiet --staged ;;
esac
`;
}

/** Absolute paths that a text of these calls and that are not there, by a test of one path. What is quoted may be a whole command. */
export function gonePaths(text: string, exists: (file: string) => boolean): readonly string[] {
  const words = text.matchAll(/'((?:[^']|'\\'')*)'|((?<![\w.$}")/~-])\/[^\s'";)|&<>]+)/g);
  const found = [...words].flatMap(([, quoted, bare]) => {
    const word = quoted?.replaceAll("'\\''", "'") ?? bare ?? "";
    return word.startsWith("/") ? [word.replaceAll("%%", "%")] : [];
  });
  return [...new Set(found)].filter((file) => !exists(file) && !exists(file.split(" ")[0] ?? ""));
}
