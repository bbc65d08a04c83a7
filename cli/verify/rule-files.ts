/**
 * The files that say what verify looks for: .lacre.yaml, the baseline, key lists and sealers. They are read where they lie,
 * or from a revision, which the change that is judged cannot loosen.
 */
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { readConfiguration, type Source } from "../../src/format/index.ts";
import { CONFIGURATION_FILE } from "../../src/model/index.ts";
import { BASELINE_FILE, type Baseline, readBaseline } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent, STDIN } from "../files/files.ts";
import { gitAt, repositoryHere, workTreeRoot } from "../git/git.ts";
import { commitOf, describeTree, sourceIn, type Tree, treeFiles } from "../git/tree-files.ts";
import { type FoundConfiguration, findConfiguration } from "../repository/configuration.ts";

/** One place to read them from. */
export type RuleFiles = {
  /** Where they come from, in words; undefined for the files as they lie there. */
  readonly from?: string;
  readonly found: FoundConfiguration | undefined;
  readonly baseline: Baseline | undefined;
  /** The texts of files that the configuration names, in their order; undefined where one is missing. */
  readonly read: (absolute: readonly string[]) => Promise<readonly (Source | undefined)[]>;
};

/** Where the rules of a run are: those of a revision that is named, or as they lie here. */
export async function readRules(
  context: CommandContext,
  paths: readonly string[],
  configFrom: string | undefined,
): Promise<RuleFiles> {
  if (configFrom !== undefined) return ruleFilesFrom(context, configFrom);
  return ruleFilesHere(
    context,
    paths.includes(STDIN) ? context.cwd : (workTreeRoot(context, context.cwd) ?? context.cwd),
  );
}

/** As they lie there. root: where the baseline is. */
function ruleFilesHere(context: CommandContext, root: string): RuleFiles {
  const shown = (absolute: string) => path.relative(context.cwd, absolute);
  const source = readSourceIfPresent(context, shown(path.join(root, BASELINE_FILE)));
  return {
    found: findConfiguration(context),
    baseline: source && readBaseline(BASELINE_FILE, source.text),
    read: async (absolute) => absolute.map((one) => readSourceIfPresent(context, shown(one))),
  };
}

/** As a revision that somebody names holds them. */
async function ruleFilesFrom(context: CommandContext, revision: string): Promise<RuleFiles> {
  const root = repositoryHere(context)?.root;
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "this is no Git repository, so it has no revisions", {
      hint: "run it inside one, without --config-from elsewhere",
    });
  }
  return ruleFilesOf(context, root, await commitOf(gitAt(context, root), revision, "--config-from REV"));
}

/** As a commit or the index holds them. */
export async function ruleFilesOf(context: CommandContext, root: string, tree: Tree): Promise<RuleFiles> {
  const git = gitAt(context, root);
  const read = async (absolute: readonly string[]) => {
    const files = absolute.map((one) => inRoot(root, tree, one));
    const found = await treeFiles(git, tree, files);
    return files.map((file) => sourceIn(tree, file, found.get(file)));
  };
  const [source] = await read([path.join(root, BASELINE_FILE)]);
  return {
    from: describeTree(tree),
    found: await nearest(context.cwd, root, tree, (files) => treeFiles(git, tree, files)),
    baseline: source && readBaseline(source.path, source.text),
    read,
  };
}

/** The path from the root, or CONFIG_INVALID for one that no commit holds. */
function inRoot(root: string, tree: Tree, absolute: string): string {
  const file = path.relative(root, absolute).split(path.sep).join("/");
  if (!file.startsWith("../") && file !== "..") return file;
  throw new LacreError(
    "CONFIG_INVALID",
    `${CONFIGURATION_FILE} in ${describeTree(tree)} names ${file}, which no commit holds`,
    { hint: "keep what it names in the repository" },
  );
}

/** The configuration nearest to where the user stands, up to the root of the work tree. */
async function nearest(
  cwd: string,
  root: string,
  tree: Tree,
  readAll: (files: readonly string[]) => ReturnType<typeof treeFiles>,
): Promise<FoundConfiguration | undefined> {
  const directories = [cwd];
  for (let at = cwd; at !== root && at !== path.dirname(at); ) {
    at = path.dirname(at);
    directories.push(at);
  }
  const places = directories.map((one) => ({
    directory: one,
    file: inRoot(root, tree, path.join(one, CONFIGURATION_FILE)),
  }));
  const found = await readAll(places.map(({ file }) => file));
  for (const { directory, file } of places) {
    const source = sourceIn(tree, file, found.get(file));
    if (source !== undefined) return { directory, configuration: readConfiguration(source) };
  }
  return undefined;
}

/** What is to be known of rules from elsewhere. */
export function sourceNotes({ from, found }: RuleFiles): readonly string[] {
  if (from === undefined || found !== undefined) return [];
  return [`${from} has no .lacre.yaml: nothing is allowed by it, and tokens are not held against keys`];
}

/** What a run without paths looks at, as the user would name it; all of the repository where nothing says. */
export function configuredPaths(context: CommandContext, found: FoundConfiguration | undefined): readonly string[] {
  if (found === undefined) return [];
  return found.configuration.verify.paths.map(
    (given) => path.relative(context.cwd, path.join(found.directory, given)) || ".",
  );
}
