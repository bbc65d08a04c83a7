/** The manifests of a commit with their sizes, asked before any of them is read. */
import { LacreError } from "../../src/errors.ts";
import { isManifestPath } from "../../src/format/index.ts";
import { type Git, streamGit } from "../../src/node/git.ts";
import { TRIED_AGAIN } from "./git-failure.ts";
import { SourceSize } from "./sizes.ts";

/** A manifest in a tree: its path, the id of its blob, and its size in bytes. */
export type TreeFile = { readonly path: string; readonly blob: string; readonly bytes: number };

/** The manifests, or what is too much about the tree. */
export type Listing =
  | { readonly ok: true; readonly files: readonly TreeFile[] }
  | { readonly ok: false; readonly excess: string };

/** Longer than any path that a checkout could hold. */
const MAX_RECORD_BYTES = 65_536;

/** A file of `ls-tree -r -l -z`. Regular files only: a symbolic link could lead anywhere, a submodule is another repository. */
function parseTreeRecord(record: string): TreeFile | undefined {
  const match = /^100(?:644|755) blob ([0-9a-f]+) +(\d+|BAD)\t([\s\S]+)$/.exec(record);
  if (match === null) return undefined;
  const [, blob = "", bytes, path = ""] = match;
  // BAD: the blob is missing. Reading it says so.
  return isManifestPath(path) ? { path, blob, bytes: bytes === "BAD" ? 0 : Number(bytes) } : undefined;
}

/** The manifests of a commit, as git lists them: a record at a time, and no further than the limits. Throws SOURCE_FAILED. */
export async function listManifests(git: Git, commit: string): Promise<Listing> {
  const child = streamGit(git, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit], git.timeoutMs);
  child.stdin.end();
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  const files: TreeFile[] = [];
  const size = new SourceSize();
  let rest = "";
  let excess: string | undefined;
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    const records = (rest + (chunk as string)).split("\0");
    rest = records.pop() as string;
    for (const record of records) {
      const file = parseTreeRecord(record);
      if (file === undefined) size.addName();
      else {
        size.addManifest(file.bytes);
        files.push(file);
      }
      excess = size.excess;
      if (excess !== undefined) break;
    }
    if (rest.length > MAX_RECORD_BYTES) excess = "a path that is too long";
    if (excess !== undefined) break;
  }
  if (excess !== undefined) {
    child.kill("SIGKILL");
    return { ok: false, excess };
  }
  if ((await ended) !== 0)
    throw new LacreError("SOURCE_FAILED", "git ls-tree: it did not end well", { hint: TRIED_AGAIN });
  return { ok: true, files };
}
