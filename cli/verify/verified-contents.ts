/** What a run of verify judges: files of the work tree, blobs of the index, of a range or of the whole history, or standard input. */
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import type { Git } from "../../src/node/git.ts";
import { readBlobs } from "../../src/node/git-blobs.ts";
import { givesRoles, MAX_VERIFIED_BYTES } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { STDIN } from "../files/files.ts";
import { gitAt, gitBytes, repositoryHere } from "../git/git.ts";
import { type Blob, historyBlobs, stagedBlobs, treeBlobs } from "../git/listed-blobs.ts";
import { basesOf, commitOf, headOf } from "../git/tree-files.ts";
import type { Contents } from "./contents.ts";
import type { VerifyItem } from "./verify-items.ts";
import { workTreeContents } from "./work-tree-contents.ts";

/** Options that choose among them. */
export type Choice = {
  readonly staged?: boolean;
  /** As it was typed, or as revisions: the tip, and what it is compared with. */
  readonly range?: string | readonly string[];
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
  const here = repositoryHere(context);
  const isOfFiles = choice.staged !== true && choice.range === undefined && choice.history !== true;
  if (here?.kind === "bare" && (choice.staged === true || (isOfFiles && paths.length === 0))) {
    throw new LacreError("GIT_FAILED", "this is a repository without a work tree: it has neither files nor an index", {
      hint: "judge its commits: lacre verify --history, or --range OLD..NEW",
    });
  }
  const root = here?.root;
  if (isOfFiles) {
    const tree = here?.kind === "work tree" ? root : undefined;
    return workTreeContents(context, tree, paths, choice.ignore === false ? "every" : "unignored");
  }
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "this is no Git repository, so it has neither an index nor a history", {
      hint: "run it inside one, or name paths instead",
    });
  }
  return committedContents(context, root, paths, choice);
}

/** What is judged as Git holds it: of the index, a range or the history. */
async function committedContents(
  context: CommandContext,
  root: string,
  paths: readonly string[],
  choice: Choice,
): Promise<Contents> {
  const git = gitAt(context, root);
  const inRoot = paths.map((given) => path.relative(root, path.resolve(context.cwd, given)) || ".");
  if (choice.staged === true) {
    const staged = blobContents(git, await stagedBlobs(git, inRoot), undefined, WHOLE_CLONE);
    return { ...staged, change: { tip: undefined, bases: await headOf(git) } };
  }
  const range = choice.range === undefined ? undefined : [choice.range].flat();
  if (range !== undefined) await checkRange(git, range);
  const revisions = range ?? ["--all", "HEAD"];
  const blobs = (await historyBlobs(git, revisions)).filter(
    (blob) => inRoot.length === 0 || inRoot.some((given) => isBelow(blob.path, given)),
  );
  if (range === undefined) return blobContents(git, blobs, "HEAD", await historyHeld(git));
  const tip = await commitOf(git, tipOf(range[0] ?? ""), "--range A..B");
  const change = { tip, bases: await basesOf(git, range) };
  return { ...blobContents(git, blobs, tip, await historyHeld(git)), change };
}

/** A range that is an option writes files, and one without a commit says nothing about anything: neither is clean. */
async function checkRange(git: Git, range: readonly string[]): Promise<void> {
  const shown = JSON.stringify(range.join(" "));
  if (range.some((one) => one.trim() === "" || one.startsWith("-"))) {
    throw new LacreError("USAGE", `--range takes revisions, not ${shown}`, {
      hint: "such as: --range origin/main...HEAD; an empty variable or an option stands in their place",
    });
  }
  const commits = await gitBytes(git, ["rev-list", "--max-count=1", "--end-of-options", ...range, "--"]);
  if (commits.length > 0) return;
  throw new LacreError("NOTHING_JUDGED", `the range ${shown} holds no commit: it could not be judged`, {
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

async function historyHeld(git: Git): Promise<Held> {
  const shallow = (await gitBytes(git, ["rev-parse", "--is-shallow-repository"])).toString().trim();
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

function blobContents(git: Git, all: readonly Blob[], tip: string | undefined, held: Held): Contents {
  const submodules = all.filter(({ mode }) => mode === SUBMODULE).length;
  const blobs = all.filter(({ mode }) => mode !== SUBMODULE && mode !== SYMLINK);
  const more = submodules === 0 ? [] : [`${submodules} submodule entries: their content is in repositories of its own`];
  return {
    root: git.directory,
    ...held,
    notes: [...held.notes, ...more],
    count: blobs.length,
    roleFiles: async () => {
      const tree = await treeBlobs(git, tip).catch((cause) => {
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
        git,
        tree.filter((blob) => givesRoles(blob.path)),
      ))
        found.push(item);
      return found;
    },
    items: () => eachBlob(git, blobs),
    names: async () =>
      all.map(({ path: shown, mode, commit }) => ({
        path: shown,
        isLink: mode === SUBMODULE || mode === SYMLINK,
        ...(commit === undefined ? {} : { commit }),
      })),
  };
}

/** Each object is read once, however many paths it has. */
async function* eachBlob(git: Git, blobs: readonly Blob[]): AsyncGenerator<VerifyItem> {
  const byOid = Map.groupBy(blobs, ({ oid }) => oid);
  for await (const { oid, bytes } of readBlobs(git, [...byOid.keys()], MAX_VERIFIED_BYTES, "GIT_FAILED")) {
    for (const { path: shown, commit } of byOid.get(oid) ?? []) {
      const content = bytes === undefined ? { problem: "not in this clone, or over 256 MiB" } : { bytes };
      yield { path: shown, ...content, ...(commit === undefined ? {} : { commit }) };
    }
  }
}
