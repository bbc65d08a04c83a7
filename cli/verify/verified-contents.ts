/** What a run of verify judges: files of the work tree, blobs of the index, of a range or of the whole history, or standard input. */
import * as path from "node:path";
import { givesRoles, LacreError, MAX_VERIFIED_BYTES, type TreeName } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { STDIN } from "../files/files.ts";
import { workTreeRoot } from "../git/git.ts";
import { type Blob, gitBytes, historyBlobs, readBlobs, stagedBlobs, treeBlobs } from "../git/git-blobs.ts";
import { basesOf, commitOf, headOf, type Tree } from "../git/tree-files.ts";
import { workTreeContents } from "../git/work-tree.ts";
import type { VerifyItem } from "./verify-items.ts";

/** Everything to judge. Items are handed out one at a time, so that a large repository is never held at once. */
export type Contents = {
  readonly notes: readonly string[];
  /** False where Git does not hold all that was asked for: what is not there cannot be called clean. */
  readonly isComplete: boolean;
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
    return workTreeContents(context, root, paths, choice.ignore !== false);
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "this is no Git repository, so it has neither an index nor a history", {
      hint: "run it inside one, or name paths instead",
    });
  }
  const inRoot = paths.map((given) => path.relative(root, path.resolve(context.cwd, given)) || ".");
  if (choice.staged === true) {
    const staged = blobContents(root, await stagedBlobs(root, inRoot), undefined, WHOLE_CLONE);
    return { ...staged, change: { tip: undefined, bases: await headOf(root) } };
  }
  const revisions = choice.history === true ? ["--all", "HEAD"] : [choice.range as string];
  if (choice.range !== undefined) await checkRange(root, choice.range);
  const blobs = (await historyBlobs(root, revisions)).filter(
    (blob) => inRoot.length === 0 || inRoot.some((given) => isBelow(blob.path, given)),
  );
  if (choice.range === undefined) return blobContents(root, blobs, "HEAD", await historyHeld(root));
  const tip = await commitOf(root, tipOf(choice.range), "--range A..B");
  const change = { tip, bases: await basesOf(root, choice.range) };
  return { ...blobContents(root, blobs, tip, await historyHeld(root)), change };
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

/** How much of a history a clone holds. */
type Held = Pick<Contents, "isComplete" | "notes">;

const WHOLE_CLONE: Held = { isComplete: true, notes: [] };
const SHALLOW_CLONE: Held = {
  isComplete: false,
  notes: ["this clone is shallow: commits that were not fetched were not seen; git fetch --unshallow fetches them"],
};

async function historyHeld(root: string): Promise<Held> {
  const shallow = (await gitBytes(root, ["rev-parse", "--is-shallow-repository"])).toString().trim();
  return shallow === "true" ? SHALLOW_CLONE : WHOLE_CLONE;
}

function standardInput(context: CommandContext): Contents {
  return {
    root: context.cwd,
    notes: [],
    isComplete: true,
    count: 1,
    roleFiles: async () => [],
    items: async function* () {
      yield { path: "stdin", bytes: await context.readStdin() };
    },
    names: async () => [],
  };
}

function blobContents(root: string, all: readonly Blob[], tip: string | undefined, held: Held): Contents {
  const submodules = all.filter(({ mode }) => mode === SUBMODULE).length;
  const blobs = all.filter(({ mode }) => mode !== SUBMODULE && mode !== SYMLINK);
  const more = submodules === 0 ? [] : [`${submodules} submodule entries: their content is in repositories of its own`];
  return {
    root,
    ...held,
    notes: [...held.notes, ...more],
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
