/** Where environments are read from: the work tree, the index or a commit. Each in two rounds: every .lacre.yaml, then all that they name. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { readConfiguration, type Source } from "../../src/format/index.ts";
import { CONFIGURATION_FILE, defaultEnvironmentOf, type Environment } from "../../src/model/index.ts";
import type { Git } from "../../src/node/git.ts";
import type { EnvironmentState } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent } from "../files/files.ts";
import { gitBytes, listWorkTree } from "../git/git.ts";
import { sourceIn, type Tree, treeFiles } from "../git/tree-files.ts";
import { recipientsInText } from "../keys/recipient-pins.ts";
import { findConfiguration } from "../repository/configuration.ts";

/** Gives what was read of a file, by its path from the root; undefined where there is none, or nothing in it. Throws its problem. */
type Take = (file: string) => Source | undefined;

/** One place to read from: its files called .lacre.yaml, and how any files are read, all at once. */
export type Place = {
  readonly configurations: readonly string[];
  readonly read: (files: readonly string[]) => Promise<Take>;
};

function isConfiguration(file: string): boolean {
  return path.posix.basename(file) === CONFIGURATION_FILE;
}

/** The files as they lie there. */
export async function workTreePlace(context: CommandContext, git: Git): Promise<Place> {
  const root = git.directory;
  const take: Take = (file) => readSourceIfPresent(context, path.relative(context.cwd, path.join(root, file)));
  const listed = await listWorkTree(git).then(
    (bytes) => bytes.toString().split("\0"),
    // Outside of a repository there is the one where the user stands.
    () => [CONFIGURATION_FILE],
  );
  const isThere = (file: string) => fs.existsSync(path.join(root, file));
  // One that Git ignores is obeyed where the user stands.
  const near = findConfiguration(context);
  const own = near && path.relative(root, path.join(near.directory, CONFIGURATION_FILE)).split(path.sep).join("/");
  const all = new Set([...listed, ...(own === undefined || own.startsWith("../") ? [] : [own])]);
  const configurations = [...all].filter((file) => isConfiguration(file) && isThere(file));
  return { configurations, read: async () => take };
}

/** The files of a commit or of the index: one git lists them, one reads them. */
export async function treePlace(git: Git, tree: Tree): Promise<Place> {
  const args = tree === undefined ? ["ls-files", "-z"] : ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree];
  const listed = (await gitBytes(git, args)).toString().split("\0");
  const read = async (files: readonly string[]): Promise<Take> => {
    const found = await treeFiles(git, tree, files);
    return (file) => sourceIn(tree, file, found.get(file));
  };
  return { configurations: listed.filter(isConfiguration), read };
}

/** What a .lacre.yaml says, or why nobody can tell. */
export type States = { readonly states: readonly EnvironmentState[]; readonly problem?: LacreError };

/** What each of these files says in a place. */
export async function statesIn(
  engine: Engine,
  place: Place,
  files: readonly string[],
): Promise<(file: string) => States> {
  const take = await place.read(files);
  const read = new Map(files.map((file) => [file, attempt(() => readConfigured(take, file))]));
  const named = [...read.values()].flatMap((one) => (one.ok ? one.value.flatMap(({ keysFiles }) => keysFiles) : []));
  const takeKeys = await place.read([...new Set(named)]);
  return (file) => {
    const configured = read.get(file);
    if (configured === undefined) return { states: [] };
    if (!configured.ok) return { states: [], problem: configured.problem };
    const states = attempt(() => configured.value.map((one) => toState(engine, takeKeys, one)));
    return states.ok ? { states: states.value } : { states: [], problem: states.problem };
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: LacreError };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    return { ok: false, problem: error };
  }
}

/** An environment as it is written, before its keys are read. keysFiles: as they are named, by their paths from the root. */
type Configured = {
  readonly environment: Environment;
  readonly keysFiles: readonly string[];
  readonly about: Pick<EnvironmentState, "line" | "isDefault">;
};

function readConfigured(take: Take, file: string): readonly Configured[] {
  const source = take(file);
  if (source === undefined) return [];
  const configuration = readConfiguration(source);
  const directory = path.posix.dirname(file);
  return [...configuration.environments.values()].map((environment) => ({
    environment,
    keysFiles: environment.keys.map((one) => path.posix.join(directory, one)),
    about: {
      line: lineOf(source.text, environment.name),
      isDefault: defaultEnvironmentOf(configuration) === environment.name,
    },
  }));
}

function toState(engine: Engine, take: Take, { environment, keysFiles, about }: Configured): EnvironmentState {
  const { name, keys, branch, paths, namespace } = environment;
  const missing: string[] = [];
  const recipients: EnvironmentState["recipients"][number][] = [];
  for (const [at, keysFile] of keysFiles.entries()) {
    const list = take(keysFile);
    if (list === undefined || list.text.trim() === "") missing.push(keys[at] ?? keysFile);
    else recipients.push(...recipientsInText(engine, keysFile, list.text));
  }
  return {
    name,
    ...about,
    recipients,
    missing,
    ...(branch !== undefined && { branch }),
    ...(paths !== undefined && { paths }),
    ...(namespace !== undefined && { namespace }),
  };
}

/** Where an environment's own line is; the first one where it is written in a way of its own. */
function lineOf(text: string, name: string): number {
  const isOf = (line: string) => {
    const word = line.trimStart().replace(/^["']/, "");
    return word.startsWith(name) && /^["']?\s*:/.test(word.slice(name.length));
  };
  const at = text.split("\n").findIndex(isOf);
  return at === -1 ? 1 : at + 1;
}
