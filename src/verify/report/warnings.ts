/** Warnings are no failure: one note for each kind says how many there are and where the first one is. */
import type { Finding } from "../finding.ts";
import { RULES } from "../rules.ts";

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The notes on these warnings, in the order of the rules. */
export function warningNotes(warnings: readonly Finding[]): readonly string[] {
  return RULES.flatMap((rule) => {
    if (rule.kind !== "warning") return [];
    const found = warnings.filter((warning) => warning.rule === rule.id);
    const files = new Set(found.map(({ path }) => path));
    const [first] = files;
    if (first === undefined) return [];
    const { what, next, counts } = rule.told;
    if (counts === "files") return [`${what}: ${counted(files.size, "file", "files")}, such as ${first}; ${next}`];
    const where = files.size === 1 ? first : `${files.size} files, such as ${first}`;
    return [`${what}: ${counted(found.length, "entry", "entries")} in ${where}; ${next}`];
  });
}
