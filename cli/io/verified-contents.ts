/** What a run of verify judges: files of the work tree, blobs of the index, of a range or of the whole history, or standard input. */
import * as fs from "node:fs";
import * as path from "node:path";
import { givesRoles, LacreError, MAX_VERIFIED_BYTES, type TreeName } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { STDIN } from "./files.ts";
import { workTreeRoot } from "./git.ts";
import { type Blob, gitBytes, historyBlobs, readBlobs, stagedBlobs, treeBlobs } from "./git-blobs.ts";
import { basesOf, commitOf, headOf, type Tree } from "./tree-files.ts";
import type { VerifyItem } from "./verify-items.ts";

/** Everything to judge. Items are handed out one at a time, so that a large repository is never held at once. */
export type Contents = {
  readonly notes: readonly string[];
  readonly root: string;
  /** How many items there will be. */
  readonly count: number;
  /** Where the change that is judged ends, and what it is compared with: of a range and of the index. */
  readonly change?: { readonly tip: Tree; readonly bases: readonly string[] };
  /** The files that say something about others. */
  readonly roleFiles: () => Promise<readonly VerifyItem[]>;
  readonly items: () => AsyncIterable<VerifyItem>;
  /** All that Git holds or would hold among them, links and submodules too; nothing of what it ignores. */
  readonly names: () => Promise<readonly TreeName[]>;
};

/** Options that choose among them. */
export type Choice = {
  readonly staged?: boolean;
  readonly range?: string;
  readonly history?: boolean;
  readonly ignore?: boolean;
};

const SYMLINK = "120000";
const SUBMODULE = "160000";

/** Finds out what to judge, or GIT_FAILED or INPUT_NOT_FOUND. */
export async function chooseContents(
  context: CommandContext,
  paths: readonly string[],
  choice: Choice,
): Promise<Contents> {
  if (paths.includes(STDIN)) return standardInput(context);
  const root = workTreeRoot(context.cwd);
  if (choice.staged !== true && choice.range === undefined && choice.history !== true)
    return workTree(context, root, paths, choice.ignore !== false);
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "this is no Git repository, so it has neither an index nor a history", {
      hint: "run it inside one, or name paths instead",
    });
  }
  const inRoot = paths.map((given) => path.relative(root, path.resolve(context.cwd, given)) || ".");
  if (choice.staged === true) {
    const staged = blobContents(root, await stagedBlobs(root, inRoot), undefined, []);
    return { ...staged, change: { tip: undefined, bases: await headOf(root) } };
  }
  const revisions = choice.history === true ? ["--all", "HEAD"] : [choice.range as string];
  if (choice.range !== undefined) await checkRange(root, choice.range);
  const blobs = (await historyBlobs(root, revisions)).filter(
    (blob) => inRoot.length === 0 || inRoot.some((given) => isBelow(blob.path, given)),
  );
  if (choice.range === undefined) return blobContents(root, blobs, "HEAD", await shallowNotes(root));
  const tip = await commitOf(root, tipOf(choice.range), "--range A..B");
  const change = { tip, bases: await basesOf(root, choice.range) };
  return { ...blobContents(root, blobs, tip, await shallowNotes(root)), change };
}

/** A range that is an option writes files, and one without a commit says nothing about anything: neither is clean. */
async function checkRange(root: string, range: string): Promise<void> {
  if (range.trim() === "" || range.startsWith("-")) {
    throw new LacreError("USAGE", `--range takes revisions, not ${JSON.stringify(range)}`, {
      hint: "such as: --range origin/main...HEAD; an empty variable or an option stands in their place",
    });
  }
  const commits = await gitBytes(root, ["rev-list", "--max-count=1", "--end-of-options", range, "--"]);
  if (commits.length > 0) return;
  throw new LacreError("NOTHING_JUDGED", `the range ${JSON.stringify(range)} holds no commit: it could not be judged`, {
    hint: "name the base and the tip, such as: --range origin/main...HEAD",
  });
}

/** Where a range ends: what files of that tree say about others counts. `a..` ends at HEAD, `a^!` and `a` at a. */
function tipOf(range: string): string {
  const [, dots, right = ""] = /(\.\.\.?)(.*)$/.exec(range) ?? [];
  if (dots !== undefined) return right === "" ? "HEAD" : right;
  return range.replace(/\^(?:!|@|-\d*)$/, "");
}

function isBelow(file: string, given: string): boolean {
  return given === "." || file === given || file.startsWith(`${given}/`);
}

async function shallowNotes(root: string): Promise<readonly string[]> {
  const shallow = (await gitBytes(root, ["rev-parse", "--is-shallow-repository"])).toString().trim();
  return shallow === "true"
    ? ["this clone is shallow: commits that were not fetched were not seen; git fetch --unshallow fetches them"]
    : [];
}

function standardInput(context: CommandContext): Contents {
  return {
    root: context.cwd,
    notes: [],
    count: 1,
    roleFiles: async () => [],
    items: async function* () {
      yield { path: "stdin", bytes: await context.readStdin() };
    },
    names: async () => [],
  };
}

function blobContents(root: string, all: readonly Blob[], tip: string | undefined, notes: readonly string[]): Contents {
  const submodules = all.filter(({ mode }) => mode === SUBMODULE).length;
  const blobs = all.filter(({ mode }) => mode !== SUBMODULE && mode !== SYMLINK);
  const more = submodules === 0 ? [] : [`${submodules} submodule entries: their content is in repositories of its own`];
  return {
    root,
    notes: [...notes, ...more],
    count: blobs.length,
    roleFiles: async () => {
      const tree = await treeBlobs(root, tip).catch((cause) => {
        throw new LacreError(
          "NOTHING_JUDGED",
          `the tree of ${tip ?? "the index"} cannot be read: it could not be judged`,
          {
            hint: "fetch what is missing: git fetch --unshallow; or check the repository: git fsck",
            cause,
          },
        );
      });
      const found: VerifyItem[] = [];
      for await (const item of eachBlob(
        root,
        tree.filter((blob) => givesRoles(blob.path)),
      ))
        found.push(item);
      return found;
    },
    items: () => eachBlob(root, blobs),
    names: async () =>
      all.map(({ path: shown, mode, commit }) => ({
        path: shown,
        isLink: mode === SUBMODULE || mode === SYMLINK,
        ...(commit === undefined ? {} : { commit }),
      })),
  };
}

/** Each object is read once, however many paths it has. */
async function* eachBlob(root: string, blobs: readonly Blob[]): AsyncGenerator<VerifyItem> {
  const byOid = Map.groupBy(blobs, ({ oid }) => oid);
  for await (const { oid, bytes } of readBlobs(root, [...byOid.keys()], MAX_VERIFIED_BYTES)) {
    for (const { path: shown, commit } of byOid.get(oid) ?? []) {
      const content = bytes === undefined ? { problem: "not in this clone, or over 256 MiB" } : { bytes };
      yield { path: shown, ...content, ...(commit === undefined ? {} : { commit }) };
    }
  }
}

/**
 * A file by the bytes of its name, because a name need not be UTF-8. isRead: its content is judged, which that of a link is
 * not unless it was named. isGit: Git has it, or would take it.
 */
type Entry = TreeName & { readonly file: Buffer; readonly isRead: boolean; readonly isGit: boolean };

async function workTree(
  context: CommandContext,
  root: string | undefined,
  given: readonly string[],
  isIgnoring: boolean,
): Promise<Contents> {
  const base = root ?? context.cwd;
  const named = given.length === 0 ? ["."] : given;
  const list = async (isShort: boolean) => {
    const from = given.length === 0 ? base : context.cwd;
    return (await Promise.all(named.map((one) => entriesOf(base, path.resolve(from, one), one, isShort)))).flat();
  };
  const all = [...new Map((await list(isIgnoring)).map((entry) => [entry.file.toString("latin1"), entry])).values()];
  const unique = all.filter(({ isRead }) => isRead);
  return {
    root: base,
    notes: [],
    // Of the whole repository, also where only a few files were named: what gives a role may be another one.
    roleFiles: async () => {
      const others = root === undefined || given.length === 0 ? [] : await entriesOf(base, base, ".", true);
      return [...unique, ...others].filter((entry) => entry.isRead && givesRoles(entry.path));
    },
    count: unique.length,
    items: async function* () {
      yield* unique;
    },
    names: async () => (isIgnoring ? all : await list(true)).filter(({ isGit }) => isGit),
  };
}

async function entriesOf(
  base: string,
  absolute: string,
  shown: string,
  isIgnoring: boolean,
): Promise<readonly Entry[]> {
  const stat = fs.lstatSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new LacreError("INPUT_NOT_FOUND", `${shown} does not exist`, { hint: "check the path" });
  if (!stat.isDirectory())
    return [toEntry(base, Buffer.from(absolute), { isLink: stat.isSymbolicLink(), isRead: true, isGit: true })];
  // A directory that is named may lie in another repository, or in none.
  if (!isIgnoring || workTreeRoot(absolute) === undefined)
    return [...walk(Buffer.from(absolute))].map((file) =>
      toEntry(base, file, { isLink: false, isRead: true, isGit: false }),
    );
  const listed = await gitBytes(absolute, [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
  ]);
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
