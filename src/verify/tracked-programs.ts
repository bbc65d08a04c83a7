/**
 * Programs in the repository that stand where a package manager looks for lacre: a check that is started from there runs
 * what the change brought, and that says "clean". The name alone decides, so links and submodules are seen as well.
 */
import { utf8 } from "../bytes.ts";
import { shellWord } from "../model/shell-word.ts";
import type { Finding, Identify } from "./finding.ts";
import { ruleOf } from "./rules.ts";

/** An entry of a tree. isLink: a symbolic link or a submodule, whose content is not looked at. */
export type TreeName = { readonly path: string; readonly isLink: boolean; readonly commit?: string };

const RULE = "tracked-program";
const PACKAGE = "(?:node_modules/lacre|node_modules/\\.pnpm/lacre@[^/]*|\\.yarn/[^/]+/lacre-[^/]*)";
/** What a package is called by, and what those programs themselves are started with. */
const PROGRAM = "\\.bin/(?:lacre|lacre-controller|kubectl-lacre|node|npm|npx)(?:\\.\\w+)?";
const PLACE = new RegExp(`^(?:.*?/)?(?:${PACKAGE}(?=/|$)|${PROGRAM}(?=/|$))`, "i");
/** Below these lies a package, or settings of a package manager: a link hides which. */
const LINKED =
  /(?:^|\/)(?:node_modules(?:\/\.pnpm)?|\.bin|\.yarn(?:\/(?:cache|unplugged))?|\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml)$/i;

/** One finding for each such program, in the order of paths, at the first of its files. */
export function trackedPrograms(names: Iterable<TreeName>, identify?: Identify): readonly Finding[] {
  const places = new Map<string, Finding>();
  for (const name of [...names].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const place = placeOf(name);
    if (place === undefined || places.has(place)) continue;
    places.set(place, {
      rule: RULE,
      path: name.path,
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 2,
      message: `${place}: ${ruleOf(RULE).title}`,
      fix: ruleOf(RULE).fix(shellWord(name.path), ""),
      ...(identify === undefined ? {} : { identities: identify(utf8(`${RULE}\0${name.path}\0${place}`)) }),
      ...(name.commit === undefined ? {} : { commit: name.commit }),
    });
  }
  return [...places.values()];
}

function placeOf({ path, isLink }: TreeName): string | undefined {
  const seen = asSeen(path);
  return PLACE.exec(seen)?.[0] ?? (isLink && LINKED.test(seen) ? seen : undefined);
}

/** The name as a file system may take it: HFS+ skips what has no width, NTFS drops dots and spaces at the end and knows short names. */
function asSeen(path: string): string {
  return path
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "")
    .replace(/(?<=[^/. ])[. ]+(?=\/|$)/g, "")
    .replace(/(^|\/)node_m~\d(?=\/|$)/gi, "$1node_modules");
}
