/** The files of a work tree that verify judges, and the names that Git holds or would hold there. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { readError } from "../../src/node/file-error.ts";
import { givesRoles, type TreeName } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { gitAt, listWorkTree, workTreeRoot } from "../git/git.ts";
import type { Contents } from "./contents.ts";

/**
 * A file by the bytes of its name, because a name need not be UTF-8. isRead: its content is judged, which that of a link is
 * not unless it was named. isGit: Git has it, or would take it.
 */
type Entry = TreeName & { readonly file: Buffer; readonly isRead: boolean; readonly isGit: boolean };

/** Which files of a directory: those that Git has or would take, or every one that lies there. */
type Which = "unignored" | "every";

/** What is in these files and directories: all of the repository where none is given. INPUT_NOT_FOUND. */
export async function workTreeContents(
  context: CommandContext,
  root: string | undefined,
  given: readonly string[],
  which: Which,
): Promise<Contents> {
  const base = root ?? context.cwd;
  const named = given.length === 0 ? ["."] : given;
  const list = async (which: Which) => {
    const from = given.length === 0 ? base : context.cwd;
    return (
      await Promise.all(named.map((one) => entriesOf(context, base, path.resolve(from, one), one, which)))
    ).flat();
  };
  const all = [...new Map((await list(which)).map((entry) => [entry.file.toString("latin1"), entry])).values()];
  const unique = all.filter(({ isRead }) => isRead);
  return {
    root: base,
    notes: [],
    // Of the whole repository, also where only a few files were named: what gives a role may be another one.
    roleFiles: async () => {
      const others =
        root === undefined || given.length === 0 ? [] : await entriesOf(context, base, base, ".", "unignored");
      return [...unique, ...others].filter((entry) => entry.isRead && givesRoles(entry.path));
    },
    count: unique.length,
    items: async function* () {
      yield* unique;
    },
    names: async () => (which === "unignored" ? all : await list("unignored")).filter(({ isGit }) => isGit),
  };
}

/** INPUT_UNREADABLE where nobody can say, as for a name that is too long. */
function statOf(absolute: string, shown: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(absolute, { throwIfNoEntry: false });
  } catch (error) {
    throw readError(shown, error);
  }
}

async function entriesOf(
  context: CommandContext,
  base: string,
  absolute: string,
  shown: string,
  which: Which,
): Promise<readonly Entry[]> {
  const stat = statOf(absolute, shown);
  if (stat === undefined)
    throw new LacreError("INPUT_NOT_FOUND", `${shown} does not exist`, { hint: "check the path" });
  if (!stat.isDirectory())
    return [toEntry(base, Buffer.from(absolute), { isLink: stat.isSymbolicLink(), isRead: true, isGit: true })];
  // A directory that is named may lie in another repository, or in none.
  if (which === "every" || workTreeRoot(context, absolute) === undefined)
    return [...walk(Buffer.from(absolute))].map((file) =>
      toEntry(base, file, { isLink: false, isRead: true, isGit: false }),
    );
  const listed = await listWorkTree(gitAt(context, absolute));
  return splitNul(listed)
    .map((name) => Buffer.concat([Buffer.from(`${absolute}/`), name]))
    .flatMap((file) => {
      const found = fs.lstatSync(file, { throwIfNoEntry: false });
      if (found === undefined) return [];
      // A directory in a list of files is a repository of its own.
      const isLink = found.isSymbolicLink() || found.isDirectory();
      return [toEntry(base, file, { isLink, isRead: found.isFile(), isGit: true })];
    });
}

function splitNul(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    parts.push(bytes.subarray(at, end === -1 ? bytes.length : end));
    at = end === -1 ? bytes.length : end + 1;
  }
  return parts;
}

function* walk(directory: Buffer): Generator<Buffer> {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true, encoding: "buffer" })) {
    const file = Buffer.concat([directory, Buffer.from("/"), entry.name]);
    if (entry.isDirectory() && entry.name.toString("latin1") !== ".git") yield* walk(file);
    else if (entry.isFile()) yield file;
  }
}

function toEntry(base: string, file: Buffer, about: Pick<Entry, "isLink" | "isRead" | "isGit">): Entry {
  const inBase = path.relative(base, file.toString("utf8")).split(path.sep).join("/");
  return { file, path: inBase, ...about };
}
