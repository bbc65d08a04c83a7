/** What Git hands to the hooks of a push, line by line, as ranges of what it brings. */
import { LacreError } from "../../src/errors.ts";
import type { Git } from "../../src/node/git.ts";
import { gitBytes, runGit } from "./git.ts";

/** Which references the other side is known to have. */
type Known = "--remotes" | "--all";

/** A reference that moves. */
type Update = { readonly before: string; readonly after: string; readonly known: Known };

const NONE = /^0+$/;
const OID = /^[0-9a-f]{40,64}$/;

/** pre-push: `ref oid remote-ref remote-oid`; pre-receive: `old-oid new-oid ref`. */
function parse(line: string): Update {
  const words = line.split(" ");
  const [before, after] = words.length === 4 ? [words[3], words[1]] : words.length === 3 ? words : [];
  if (before !== undefined && after !== undefined && OID.test(before) && OID.test(after))
    return { before, after, known: words.length === 4 ? "--remotes" : "--all" };
  throw new LacreError("USAGE", "--pushed reads what Git hands to a pre-push or a pre-receive hook", {
    hint: "call it from such a hook, with its standard input",
  });
}

/** The revisions of each update that brings commits: its end, and what was there before. Deletions bring none. */
export async function pushedRanges(git: Git, text: string): Promise<readonly (readonly string[])[]> {
  const ranges: (readonly string[])[] = [];
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const { before, after, known } = parse(line);
    if (NONE.test(after)) continue;
    const bases = isHere(git, before) ? [`^${before}`] : await boundary(git, after, known);
    const brought = await gitBytes(git, ["rev-list", "--max-count=1", after, ...bases, "--"]);
    if (brought.length > 0) ranges.push([after, ...bases]);
  }
  return ranges;
}

/** What a push overwrites may be a commit that this clone never fetched. */
function isHere(git: Git, oid: string): boolean {
  if (NONE.test(oid)) return false;
  return runGit(git, ["cat-file", "-e", `${oid}^{commit}`]).status === 0;
}

/** Where a new branch leaves what the other side has; nothing for one that has all of its history to itself. */
async function boundary(git: Git, tip: string, known: Known): Promise<readonly string[]> {
  const isNew = (await gitBytes(git, ["rev-list", "--max-count=1", tip, "--not", known])).length > 0;
  if (!isNew) return [`^${tip}`];
  const listed = (await gitBytes(git, ["rev-list", "--boundary", tip, "--not", known])).toString().split("\n");
  return listed.filter((line) => line.startsWith("-")).map((line) => `^${line.slice(1)}`);
}
