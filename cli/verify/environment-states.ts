/** Reads whom environments are sealed for in a tree, and what a change makes of it: of every .lacre.yaml that there is. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { readConfiguration, type Source } from "../../src/format/index.ts";
import { CONFIGURATION_FILE, defaultEnvironmentOf } from "../../src/model/index.ts";
import {
  type Demand,
  type EnvironmentState,
  type Finding,
  judgeEnvironments,
  movedEnvironments,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent } from "../files/files.ts";
import { gitBytes, listWorkTree } from "../git/git-blobs.ts";
import { commitOf, type Tree, treeSource } from "../git/tree-files.ts";
import { demandedPins, isDemanded, PIN_VARIABLE } from "../keys/pins.ts";
import { recipientsInText } from "../keys/recipient-pins.ts";
import { findConfiguration } from "../repository/configuration.ts";
import type { Contents } from "./contents.ts";

/** Reads a file by its path from the root; undefined where there is none, or nothing in it. */
type Read = (file: string) => Promise<Source | undefined>;

/** One place to read from: its files called .lacre.yaml, and how any file is read. */
type Place = { readonly configurations: readonly string[]; readonly read: Read };

/** What is found, by whether the root's own configuration may allow it: nothing in a repository allows what its root says. */
export type JudgedEnvironments = {
  readonly findings: readonly Finding[];
  readonly nested: readonly Finding[];
  readonly notes: readonly string[];
};

/** Environments as they are in what is judged, and compared with what was there before: the base, or --config-from. */
export async function judgedEnvironments(
  context: CommandContext,
  engine: Engine,
  { root, change }: Contents,
  configFrom: string | undefined,
): Promise<JudgedEnvironments> {
  const demand = demandOf(context);
  const place = change === undefined ? await workTreePlace(context, root) : await treePlace(root, change.tip);
  const named = configFrom === undefined ? [] : [await commitOf(root, configFrom, "--config-from REV")];
  const isStaged = change !== undefined && change.tip === undefined;
  const bases = [...(change?.bases ?? []), ...named];
  const before = await Promise.all([...new Set(bases)].map((base) => treePlace(root, base)));
  const files = [...new Set([place, ...before].flatMap(({ configurations }) => configurations))].sort();
  const read = await Promise.all(
    files.map(async (file) => ({
      file,
      after: await statesOf(engine, place, file),
      olds: await Promise.all(before.map((one) => statesOf(engine, one, file))),
    })),
  );
  const everywhere = read.flatMap(({ olds }) => olds.flatMap(({ states }) => states));
  const all: JudgedEnvironments[] = [];
  for (const { file, after, olds } of read) {
    const isRoot = file === CONFIGURATION_FILE;
    if (isRoot && after.problem !== undefined) throw after.problem;
    const problems = [after, ...olds].flatMap(({ problem }) => problem ?? []);
    // Against each base by itself: what one parent of a merge has is new to the other.
    const moved = olds.map(({ states }) => movedEnvironments(file, after.states, states, everywhere, demand));
    const findings = uniqueFindings(moved.flatMap((one) => one.findings));
    const notes = [
      ...new Set(moved.flatMap((one) => one.notes)),
      ...problems.map(({ message }) => `${message}: nothing is sealed by it, and it was not compared`),
    ];
    const flat = olds.flatMap(({ states }) => states);
    const found = isStaged
      ? staged(file, after.states, flat, { findings, notes }, demand)
      : { findings: [...judgeEnvironments(file, after.states, demand), ...findings], notes };
    all.push({ findings: isRoot ? found.findings : [], nested: isRoot ? [] : found.findings, notes: found.notes });
  }
  return {
    findings: all.flatMap(({ findings }) => findings),
    nested: all.flatMap(({ nested }) => nested),
    notes: all.flatMap(({ notes }) => notes),
  };
}

function uniqueFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((one) => [`${one.line} ${one.message}`, one])).values()];
}

/** The index is somebody's own work: what moves is told, and a new environment may wait for its keys. */
function staged(
  file: string,
  after: readonly EnvironmentState[],
  olds: readonly EnvironmentState[],
  moved: { readonly findings: readonly Finding[]; readonly notes: readonly string[] },
  demand: Demand | undefined,
): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  const isNew = (name: string) => olds.every((old) => old.name !== name || old.missing.length > 0);
  const states = after.map((state) => (isNew(state.name) ? { ...state, missing: [] } : state));
  return {
    findings: judgeEnvironments(file, states, demand),
    notes: [...moved.notes, ...moved.findings.map(({ path: shown, message }) => `${shown}: ${message}`)],
  };
}

/** What LACRE_PIN asks for. NOTHING_JUDGED where it is set and empty: a secret that did not arrive. */
function demandOf(context: CommandContext): Demand | undefined {
  const demanded = demandedPins(context);
  if (demanded === undefined) {
    if (context.env[PIN_VARIABLE] === undefined) return undefined;
    throw new LacreError("NOTHING_JUDGED", `${PIN_VARIABLE} is set and empty: nothing can be held against it`, {
      hint: "set the fingerprints that may be sealed for, or unset it",
    });
  }
  return (fingerprint, environment) => ({
    isNamed: isDemanded(demanded, fingerprint, environment),
    isBound: demanded.some((one) => one.fingerprint === fingerprint && one.environment === environment),
  });
}

function isConfiguration(file: string): boolean {
  return path.posix.basename(file) === CONFIGURATION_FILE;
}

async function workTreePlace(context: CommandContext, root: string): Promise<Place> {
  const read: Read = async (file) => readSourceIfPresent(context, path.relative(context.cwd, path.join(root, file)));
  const listed = await listWorkTree(root).then(
    (bytes) => bytes.toString().split("\0"),
    // Outside of a repository there is the one where the user stands.
    () => [CONFIGURATION_FILE],
  );
  const isThere = (file: string) => fs.existsSync(path.join(root, file));
  // One that Git ignores is obeyed where the user stands.
  const near = findConfiguration(context);
  const own = near && path.relative(root, path.join(near.directory, CONFIGURATION_FILE)).split(path.sep).join("/");
  const all = new Set([...listed, ...(own === undefined || own.startsWith("../") ? [] : [own])]);
  return { configurations: [...all].filter((file) => isConfiguration(file) && isThere(file)), read };
}

async function treePlace(root: string, tree: Tree): Promise<Place> {
  const args = tree === undefined ? ["ls-files", "-z"] : ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree];
  const listed = (await gitBytes(root, args)).toString().split("\0");
  return { configurations: listed.filter(isConfiguration), read: (file) => treeSource(root, tree, file) };
}

/** What a .lacre.yaml says, or why nobody can tell. */
type States = { readonly states: readonly EnvironmentState[]; readonly problem?: LacreError };

async function statesOf(engine: Engine, place: Place, file: string): Promise<States> {
  try {
    return { states: await readStates(engine, place, file) };
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    return { states: [], problem: error };
  }
}

async function readStates(engine: Engine, { read }: Place, file: string): Promise<readonly EnvironmentState[]> {
  const source = await read(file);
  if (source === undefined) return [];
  const configuration = readConfiguration(source);
  const states: EnvironmentState[] = [];
  for (const { name, keys, branch, paths, namespace } of configuration.environments.values()) {
    const missing: string[] = [];
    const recipients: EnvironmentState["recipients"][number][] = [];
    for (const one of keys) {
      const keysFile = path.posix.join(path.posix.dirname(file), one);
      const list = await read(keysFile);
      if (list === undefined || list.text.trim() === "") missing.push(one);
      else recipients.push(...recipientsInText(engine, keysFile, list.text));
    }
    states.push({
      name,
      line: lineOf(source.text, name),
      recipients,
      missing,
      isDefault: defaultEnvironmentOf(configuration) === name,
      ...(branch !== undefined && { branch }),
      ...(paths !== undefined && { paths }),
      ...(namespace !== undefined && { namespace }),
    });
  }
  return states;
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
