/** Single files as a commit or the index holds them, whatever lies in the work tree. */
import { LacreError } from "../../src/errors.ts";
import { decodeSource, type Source } from "../../src/format/index.ts";
import { gitBytes } from "./git-blobs.ts";

/** A commit by its id; undefined is the index. */
export type Tree = string | undefined;

/** The id of a commit that somebody names. USAGE for what is no name, GIT_FAILED for one that is not there. */
export async function commitOf(root: string, revision: string, option: string): Promise<string> {
  if (revision.trim() === "" || revision.startsWith("-")) {
    throw new LacreError("USAGE", `${option} takes a revision, not ${JSON.stringify(revision)}`, {
      hint: `such as: ${option.split(" ")[0]} origin/main; an empty variable or an option stands in its place`,
    });
  }
  const found = await gitBytes(root, ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]);
  return found.toString().trim().split("\n").at(-1) ?? "";
}

/** The commits that a range leaves out: what it is compared with. None for one that reaches back to the root. */
export async function basesOf(root: string, range: string): Promise<readonly string[]> {
  const named = (await gitBytes(root, ["rev-parse", "--revs-only", range])).toString().split("\n");
  return named.filter((line) => line.startsWith("^")).map((line) => line.slice(1));
}

/** The commit that the index is compared with, or none before the first one. */
export async function headOf(root: string): Promise<readonly string[]> {
  return gitBytes(root, ["rev-parse", "--verify", "--quiet", "HEAD"]).then(
    (bytes) => [bytes.toString().trim()],
    () => [],
  );
}

const FILE_MODE = /^100\d{3}$/;

/** The bytes of a file, or undefined where there is none. CONFIG_INVALID for a link: it could lead anywhere. */
export async function treeBytes(root: string, tree: Tree, file: string): Promise<Buffer | undefined> {
  const listed = await gitBytes(
    root,
    tree === undefined ? ["ls-files", "-s", "-z", "--", file] : ["ls-tree", "-z", "--full-tree", tree, "--", file],
  );
  const [mode = "", second = "", third = ""] = listed.toString().split("\t")[0]?.split(" ") ?? [];
  if (mode === "" || mode === "040000") return undefined;
  if (!FILE_MODE.test(mode)) {
    throw new LacreError("CONFIG_INVALID", `${file} is a link or a submodule in ${describeTree(tree)}`, {
      hint: "keep it as a file there",
    });
  }
  return gitBytes(root, ["cat-file", "blob", tree === undefined ? second : third]);
}

/** The text of a file, with a name that errors show. */
export async function treeSource(root: string, tree: Tree, file: string): Promise<Source | undefined> {
  const bytes = await treeBytes(root, tree, file);
  return bytes === undefined || bytes.length === 0
    ? undefined
    : decodeSource(`${file} in ${describeTree(tree)}`, bytes);
}

/** A tree in words. */
export function describeTree(tree: Tree): string {
  return tree === undefined ? "the index" : tree.slice(0, 12);
}
