/** Files of a commit and of the index, many at once: what is there, what is not, and what nobody can tell. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { gitAt } from "../../../cli/git/git.ts";
import { sourceIn, type TreeFile, treeFiles } from "../../../cli/git/tree-files.ts";
import { Workspace } from "../../support/workspace.ts";

function repository() {
  const at = new Workspace();
  at.git("init", "-q");
  const git = gitAt({ env: at.env, cwd: at.path }, at.path);
  const commit = () => {
    at.git("add", "-A", "--", ".", ":!.home");
    at.git("commit", "-qm", "x");
    return at.git("rev-parse", "HEAD").stdout.trim();
  };
  return { at, git, commit };
}

const shown = (found: TreeFile | undefined) =>
  found?.ok === true ? found.bytes?.toString() : `${found?.problem.code}: ${found?.problem.message}`;

describe("files of a tree", () => {
  it("are as the commit holds them, and as the index does, whatever lies there", async () => {
    const { at, git, commit } = repository();
    at.write("keys/a[1].keys", "one");
    at.write("keys/a1.keys", "pattern");
    at.write("empty", "");
    const tree = commit();
    at.write("keys/a[1].keys", "two");
    at.git("add", "-A", "keys");
    at.write("keys/a[1].keys", "three");
    const files = ["keys/a[1].keys", "empty", "keys", "nowhere"];
    const [then, now] = [await treeFiles(git, tree, files), await treeFiles(git, undefined, files)];
    expect(files.map((file) => shown(then.get(file)))).toEqual(["one", "", undefined, undefined]);
    expect(files.map((file) => shown(now.get(file)))).toEqual(["two", "", undefined, undefined]);
    expect(sourceIn(tree, "empty", then.get("empty"))).toBeUndefined();
    expect(sourceIn(tree, files[0] ?? "", then.get(files[0] ?? ""))).toMatchObject({ text: "one" });
  });

  it("that are links are a problem of their own, and the others are read", async () => {
    const { at, git, commit } = repository();
    at.write("real", "text");
    fs.symlinkSync("real", at.file("link"));
    const tree = commit();
    const found = await treeFiles(git, tree, ["link", "real"]);
    expect(shown(found.get("link"))).toBe(`CONFIG_INVALID: link is a link or a submodule in ${tree.slice(0, 12)}`);
    expect(shown(found.get("real"))).toBe("text");
    expect(() => sourceIn(tree, "link", found.get("link"))).toThrow("is a link or a submodule");
  });

  it("whose bytes are not in this clone are a problem, and never missing", async () => {
    const { at, git, commit } = repository();
    at.write("gone", "text");
    const tree = commit();
    const oid = at.git("rev-parse", "HEAD:gone").stdout.trim();
    fs.rmSync(at.file(`.git/objects/${oid.slice(0, 2)}/${oid.slice(2)}`));
    const found = await treeFiles(git, tree, ["gone"]);
    expect(shown(found.get("gone"))).toBe(`GIT_FAILED: gone in ${tree.slice(0, 12)} is not in this clone`);
  });

  it("may be more than one git is given by name", async () => {
    const { at, git, commit } = repository();
    const files = Array.from({ length: 1_201 }, (_, index) => `keys/${index}.keys`);
    for (const file of files) at.write(file, "text");
    const tree = commit();
    for (const of of [tree, undefined]) {
      const found = await treeFiles(git, of, files);
      expect(files.filter((file) => shown(found.get(file)) !== "text")).toEqual([]);
    }
  });

  it("of a tree that is not there are GIT_FAILED", async () => {
    const { git } = repository();
    await expect(treeFiles(git, "0123456789".repeat(4), ["a"])).rejects.toMatchObject({ code: "GIT_FAILED" });
  });
});
