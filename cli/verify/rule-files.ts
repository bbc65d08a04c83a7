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
import { workTreeRoot } from "../git/git.ts";
import { commitOf, describeTree, type Tree, treeSource } from "../git/tree-files.ts";
import { type FoundConfiguration, findConfiguration } from "../repository/configuration.ts";

/** One place to read them from. */
export type RuleFiles = {
  /** Where they come from, in words; undefined for the files as they lie there. */
  readonly from?: string;
  readonly found: FoundConfiguration | undefined;
  readonly baseline: Baseline | undefined;
  /** The text of a file that the configuration names, or undefined where it is missing. */
  readonly read: (absolute: string) => Promise<Source | undefined>;
};

/** Where the rules of a run are: those of a revision that is named, or as they lie here. */
export async function readRules(
  context: CommandContext,
  paths: readonly string[],
  configFrom: string | undefined,
): Promise<RuleFiles> {
  if (configFrom !== undefined) return ruleFilesFrom(context, configFrom);
  return ruleFilesHere(context, paths.includes(STDIN) ? context.cwd : (workTreeRoot(context.cwd) ?? context.cwd));
}

/** As they lie there. root: where the baseline is. */
function ruleFilesHere(context: CommandContext, root: string): RuleFiles {
  const shown = (absolute: string) => path.relative(context.cwd, absolute);
  const source = readSourceIfPresent(context, shown(path.join(root, BASELINE_FILE)));
  return {
    found: findConfiguration(context),
    baseline: source && readBaseline(BASELINE_FILE, source.text),
    read: async (absolute) => readSourceIfPresent(context, shown(absolute)),
  };
}

/** As a revision that somebody names holds them. */
async function ruleFilesFrom(context: CommandContext, revision: string): Promise<RuleFiles> {
  const root = workTreeRoot(context.cwd);
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "this is no Git repository, so it has no revisions", {
      hint: "run it inside one, without --config-from elsewhere",
    });
  }
  return ruleFilesOf(context, root, await commitOf(root, revision, "--config-from REV"));
}

/** As a commit or the index holds them. */
export async function ruleFilesOf(context: CommandContext, root: string, tree: Tree): Promise<RuleFiles> {
  const inRoot = (absolute: string) => path.relative(root, absolute).split(path.sep).join("/");
  const read = async (absolute: string) => {
    const file = inRoot(absolute);
    if (file.startsWith("../") || file === "..") {
      throw new LacreError(
        "CONFIG_INVALID",
        `${CONFIGURATION_FILE} in ${describeTree(tree)} names ${file}, which no commit holds`,
        {
          hint: "keep what it names in the repository",
        },
      );
    }
    return treeSource(root, tree, file);
  };
  const source = await treeSource(root, tree, BASELINE_FILE);
  return {
    from: describeTree(tree),
    found: await nearest(context.cwd, root, read),
    baseline: source && readBaseline(source.path, source.text),
    read,
  };
}

/** The configuration nearest to where the user stands, up to the root of the work tree. */
async function nearest(cwd: string, root: string, read: RuleFiles["read"]): Promise<FoundConfiguration | undefined> {
  for (let directory = cwd; ; directory = path.dirname(directory)) {
    const source = await read(path.join(directory, CONFIGURATION_FILE));
    if (source !== undefined) return { directory, configuration: readConfiguration(source) };
    if (directory === root || directory === path.dirname(directory)) return undefined;
  }
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
