/** Single files as a commit or the index holds them, whatever lies in the work tree. */
import { LacreError } from "../../src/errors.ts";
import { decodeSource, type Source } from "../../src/format/index.ts";
import type { Git } from "../../src/node/git.ts";
import { readBlobs } from "../../src/node/git-blobs.ts";
import { gitBytes } from "./git.ts";

/** A commit by its id; undefined is the index. */
export type Tree = string | undefined;

/** The id of a commit that somebody names. USAGE for what is no name, GIT_FAILED for one that is not there. */
export async function commitOf(git: Git, revision: string, option: string): Promise<string> {
  if (revision.trim() === "" || revision.startsWith("-")) {
    throw new LacreError("USAGE", `${option} takes a revision, not ${JSON.stringify(revision)}`, {
      hint: `such as: ${option.split(" ")[0]} origin/main; an empty variable or an option stands in its place`,
    });
  }
  const found = await gitBytes(git, ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]);
  return found.toString().trim().split("\n").at(-1) ?? "";
}

/** The commits that a range leaves out: what it is compared with. None for one that reaches back to the root. */
export async function basesOf(git: Git, range: readonly string[]): Promise<readonly string[]> {
  const named = (await gitBytes(git, ["rev-parse", "--revs-only", ...range])).toString().split("\n");
  return named.filter((line) => line.startsWith("^")).map((line) => line.slice(1));
}

/** The commit that the index is compared with, or none before the first one. */
export async function headOf(git: Git): Promise<readonly string[]> {
  return gitBytes(git, ["rev-parse", "--verify", "--quiet", "HEAD"]).then(
    (bytes) => [bytes.toString().trim()],
    () => [],
  );
}

const FILE_MODE = /^100\d{3}$/;
const DIRECTORY_MODE = "040000";
/** Names that are handed to one git: far below what a system takes as arguments. */
const NAMES = 500;

/** What a tree has under a name: its bytes, undefined where there is no file, or why nobody can tell. */
export type TreeFile =
  | { readonly ok: true; readonly bytes: Buffer | undefined }
  | { readonly ok: false; readonly problem: LacreError };

type Listed = { readonly mode: string; readonly oid: string };

async function listFiles(git: Git, tree: Tree, files: readonly string[]): Promise<ReadonlyMap<string, Listed>> {
  const found = new Map<string, Listed>();
  for (let at = 0; at < files.length; at += NAMES) {
    const args = tree === undefined ? ["ls-files", "-s", "-z"] : ["ls-tree", "-z", "--full-tree", tree];
    const listed = await gitBytes(git, [...args, "--", ...files.slice(at, at + NAMES)]);
    for (const line of listed.toString().split("\0")) {
      const tab = line.indexOf("\t");
      const [mode = "", second = "", third = ""] = line.slice(0, tab).split(" ");
      const name = line.slice(tab + 1);
      // Of a file in a conflict the first of its versions.
      if (tab !== -1 && !found.has(name)) found.set(name, { mode, oid: tree === undefined ? second : third });
    }
  }
  return found;
}

function linked(tree: Tree, file: string): LacreError {
  return new LacreError("CONFIG_INVALID", `${file} is a link or a submodule in ${describeTree(tree)}`, {
    hint: "keep it as a file there",
  });
}

function notHere(tree: Tree, file: string): LacreError {
  return new LacreError("GIT_FAILED", `${file} in ${describeTree(tree)} is not in this clone`, {
    hint: "fetch what is missing: git fetch --unshallow; or check the repository: git fsck",
  });
}

/** Files by their paths from the root, all listed and read at once. A link is a problem: it could lead anywhere. GIT_FAILED. */
export async function treeFiles(
  git: Git,
  tree: Tree,
  files: readonly string[],
): Promise<ReadonlyMap<string, TreeFile>> {
  const listed = await listFiles(git, tree, files);
  const isFile = ({ mode }: Listed) => FILE_MODE.test(mode);
  const oids = new Set([...listed.values()].filter(isFile).map(({ oid }) => oid));
  const contents = new Map<string, Buffer | undefined>();
  for await (const { oid, bytes } of readBlobs(git, [...oids], Number.POSITIVE_INFINITY, "GIT_FAILED"))
    contents.set(oid, bytes);
  const toFile = (file: string): TreeFile => {
    const one = listed.get(file);
    if (one === undefined || one.mode === DIRECTORY_MODE) return { ok: true, bytes: undefined };
    if (!isFile(one)) return { ok: false, problem: linked(tree, file) };
    const bytes = contents.get(one.oid);
    return bytes === undefined ? { ok: false, problem: notHere(tree, file) } : { ok: true, bytes };
  };
  return new Map(files.map((file) => [file, toFile(file)]));
}

/** The text in a file of a tree, with a name that errors show; undefined for none, and for an empty one. Throws its problem. */
export function sourceIn(tree: Tree, file: string, found: TreeFile | undefined): Source | undefined {
  if (found?.ok === false) throw found.problem;
  const bytes = found?.bytes;
  if (bytes === undefined || bytes.length === 0) return undefined;
  return decodeSource(`${file} in ${describeTree(tree)}`, bytes);
}

/** A tree in words. */
export function describeTree(tree: Tree): string {
  return tree === undefined ? "the index" : tree.slice(0, 12);
}
