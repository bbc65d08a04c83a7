/** Reads whom environments are sealed for in a tree, and what a change makes of it: of every .lacre.yaml that there is. */
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { CONFIGURATION_FILE } from "../../src/model/index.ts";
import {
  type Demand,
  type EnvironmentState,
  type Finding,
  judgeEnvironments,
  movedEnvironments,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { gitAt } from "../git/git.ts";
import { commitOf } from "../git/tree-files.ts";
import { demandedPins, isDemanded, PIN_VARIABLE } from "../keys/pins.ts";
import type { Contents } from "./contents.ts";
import { statesIn, treePlace, workTreePlace } from "./environment-places.ts";

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
  const git = gitAt(context, root);
  const place = change === undefined ? await workTreePlace(context, git) : await treePlace(git, change.tip);
  const named = configFrom === undefined ? [] : [await commitOf(git, configFrom, "--config-from REV")];
  const isStaged = change !== undefined && change.tip === undefined;
  const bases = [...(change?.bases ?? []), ...named];
  const before = await Promise.all([...new Set(bases)].map((base) => treePlace(git, base)));
  const files = [...new Set([place, ...before].flatMap(({ configurations }) => configurations))].sort();
  const now = await statesIn(engine, place, files);
  const then = await Promise.all(before.map((one) => statesIn(engine, one, files)));
  const read = files.map((file) => ({ file, after: now(file), olds: then.map((one) => one(file)) }));
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
