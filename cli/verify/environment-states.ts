/** Reads whom environments are sealed for in a tree, and what a change makes of it. */
import * as path from "node:path";
import {
  CONFIGURATION_FILE,
  type Engine,
  type EnvironmentState,
  type Finding,
  fingerprintOf,
  isKeyList,
  judgeEnvironments,
  LacreError,
  movedEnvironments,
  parseKeyList,
  parsePublicKeys,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { demandedFingerprints } from "../keys/pins.ts";
import { nameFile } from "../keys/private-keys.ts";
import { fingerprintOfKey } from "../keys/recipient-pins.ts";
import { type RuleFiles, ruleFilesOf } from "./rule-files.ts";
import type { Contents } from "./verified-contents.ts";

/** What is found about environments: of the change that is judged, else of the files as they lie there. */
export async function judgedEnvironments(
  context: CommandContext,
  engine: Engine,
  { root, change }: Contents,
  here: RuleFiles,
): Promise<{ readonly findings: readonly Finding[]; readonly notes: readonly string[] }> {
  const files = change === undefined ? here : await ruleFilesOf(context, root, change.tip);
  const demanded = demandedFingerprints(context);
  const after = await statesOf(engine, files);
  const file = configurationPath(root, files);
  const findings = judgeEnvironments(file, after, demanded);
  if (change === undefined) return { findings, notes: [] };
  const before: EnvironmentState[] = [];
  for (const base of change.bases) before.push(...(await statesOf(engine, await ruleFilesOf(context, root, base))));
  if (change.tip === undefined) {
    // The index is somebody's own work: what they pinned holds there, and a new environment may wait for its keys.
    const isNew = (name: string) => before.every((old) => old.name !== name || old.missing.length > 0);
    const waiting = new Set(after.filter(({ name }) => isNew(name)).map(({ line }) => line));
    return {
      findings: findings.filter(({ rule, line }) => rule !== "environment-keys-missing" || !waiting.has(line)),
      notes: [],
    };
  }
  const moved = movedEnvironments(file, after, before, demanded);
  return { findings: [...findings, ...moved.findings], notes: moved.notes };
}

function configurationPath(root: string, { found }: RuleFiles): string {
  const file = path.relative(root, path.join(found?.directory ?? root, CONFIGURATION_FILE));
  return file.split(path.sep).join("/");
}

async function statesOf(engine: Engine, { found, read }: RuleFiles): Promise<readonly EnvironmentState[]> {
  if (found === undefined) return [];
  const text = (await read(path.join(found.directory, CONFIGURATION_FILE)))?.text ?? "";
  const states: EnvironmentState[] = [];
  for (const { name, keys, branch, paths, namespace } of found.configuration.environments.values()) {
    const missing: string[] = [];
    const recipients: EnvironmentState["recipients"][number][] = [];
    for (const one of keys) {
      const source = await read(path.join(found.directory, one));
      if (source === undefined || source.text.trim() === "") missing.push(one);
      else recipients.push(...named(one, () => recipientsIn(engine, source.text)));
    }
    states.push({
      name,
      line: lineOf(text, name),
      recipients,
      missing,
      ...(branch !== undefined && { branch }),
      ...(paths !== undefined && { paths }),
      ...(namespace !== undefined && { namespace }),
    });
  }
  return states;
}

function recipientsIn(engine: Engine, text: string): EnvironmentState["recipients"] {
  if (!isKeyList(text))
    return parsePublicKeys(engine, text).map((key) => ({ fingerprint: fingerprintOfKey(engine, key) }));
  const { identity, cluster } = parseKeyList(engine, text);
  return [{ fingerprint: fingerprintOf(engine, identity), cluster }];
}

function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof LacreError ? nameFile(file, error) : error;
  }
}

/** Where an environment's own line is; the first one where it is written in a way of its own. */
function lineOf(text: string, name: string): number {
  const at = text
    .split("\n")
    .findIndex(
      (line) =>
        line.trimStart().replace(/^["']/, "").startsWith(name) && /["']?\s*:/.test(line.trimStart().slice(name.length)),
    );
  return at === -1 ? 1 : at + 1;
}
