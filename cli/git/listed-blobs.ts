/** What Git holds, as lists of blobs with their paths: of the index, of a history, of a tree. */
import type { Git } from "../../src/node/git.ts";
import { gitBytes } from "./git.ts";

/** A blob and where it stands. commit: the first one that brought it to this path, where a history was listed. */
export type Blob = { readonly oid: string; readonly path: string; readonly mode: string; readonly commit?: string };

const NULL_OID = /^0+$/;

/** Fields between NULs. Bytes that are no UTF-8 are kept as replacement characters: the path is only shown. */
function fields(bytes: Buffer): readonly string[] {
  return bytes.toString("utf8").split("\0");
}

/** The blobs of the index that a commit would bring: whole blobs, never the work tree. */
export async function stagedBlobs(git: Git, paths: readonly string[]): Promise<readonly Blob[]> {
  const head = await gitBytes(git, ["rev-parse", "--verify", "--quiet", "HEAD"]).then(
    () => "HEAD",
    // The empty tree, which every repository knows, whatever its hash.
    async () => (await gitBytes(git, ["hash-object", "-t", "tree", "--stdin"])).toString().trim(),
  );
  const raw = await gitBytes(git, [
    "diff-index",
    "--cached",
    "--raw",
    "-z",
    "--no-renames",
    "--full-index",
    head,
    "--",
    ...paths,
  ]);
  return parseRaw(fields(raw));
}

/** Pairs of `:mode mode oid oid status` and path. */
function parseRaw(parts: readonly string[], commit?: string): Blob[] {
  const blobs: Blob[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = "", , oid = ""] = (parts[at] as string).trim().split(" ");
    if (NULL_OID.test(oid)) continue;
    blobs.push({ oid, path: parts[at + 1] as string, mode, ...(commit === undefined ? {} : { commit }) });
  }
  return blobs;
}

/** Every blob that any of these revisions brought, also by a merge alone, once for each path, oldest commit first. */
export async function historyBlobs(git: Git, revisions: readonly string[]): Promise<readonly Blob[]> {
  const format = "--format=%x00%x00%H%x00";
  const raw = await gitBytes(git, [
    "log",
    "--reverse",
    "--raw",
    "-z",
    "-m",
    "--root",
    "--no-renames",
    "--no-abbrev",
    "--no-show-signature",
    format,
    ...revisions.filter((one) => one === "--all"),
    "--end-of-options",
    ...revisions.filter((one) => one !== "--all"),
    "--",
  ]);
  const seen = new Map<string, Blob>();
  let commit = "";
  const parts = fields(raw);
  for (let at = 0; at < parts.length; at++) {
    const part = (parts[at] as string).trim();
    if (/^[0-9a-f]{40,64}$/.test(part)) commit = part;
    if (!part.startsWith(":")) continue;
    at++;
    for (const blob of parseRaw([part, parts[at] as string], commit)) {
      const key = `${blob.oid}\0${blob.path}`;
      if (!seen.has(key)) seen.set(key, blob);
    }
  }
  return [...seen.values()];
}

/** All blobs of the index or of a revision, for what one file says about another. */
export async function treeBlobs(git: Git, revision: string | undefined): Promise<readonly Blob[]> {
  const args =
    revision === undefined
      ? ["ls-files", "-s", "-z"]
      : ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", revision];
  return fields(await gitBytes(git, args)).flatMap((line) => {
    const tab = line.indexOf("\t");
    if (tab === -1) return [];
    const [mode = "", second = "", third = ""] = line.slice(0, tab).split(" ");
    return [{ mode, oid: revision === undefined ? second : third, path: line.slice(tab + 1) }];
  });
}
