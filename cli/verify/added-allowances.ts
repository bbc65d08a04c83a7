/** Reads what a change allows that its base does not, for a range or for the index. */
import * as path from "node:path";
import { CONFIGURATION_FILE } from "../../src/model/index.ts";
import type { Git } from "../../src/node/git.ts";
import {
  type AddedAllowance,
  addedAllowances,
  addedInline,
  type Finding,
  type Leniency,
  MAX_VERIFIED_BYTES,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { gitAt } from "../git/git.ts";
import { type Tree, type TreeFile, treeFiles } from "../git/tree-files.ts";
import type { Contents } from "./contents.ts";
import { type RuleFiles, ruleFilesOf } from "./rule-files.ts";
import { createJudge, type VerifySettings } from "./verify-items.ts";

/** A change by its end and what it is compared with. */
export type Change = { readonly tip: Tree; readonly bases: readonly string[] };

/** All that is new, in the order of files. findings: those of the change, with what allows them. */
export async function readAdded(
  context: CommandContext,
  { root }: Contents,
  change: Change,
  findings: readonly Finding[],
  settings: VerifySettings,
): Promise<readonly AddedAllowance[]> {
  const after = await ruleFilesOf(context, root, change.tip);
  const before = await Promise.all(change.bases.map((base) => ruleFilesOf(context, root, base)));
  const file = path.relative(root, path.join(after.found?.directory ?? root, CONFIGURATION_FILE));
  const known = await inlineBefore(gitAt(context, root), change.bases, findings, settings);
  return [
    ...addedAllowances(leniencyOf(after), before.map(leniencyOf), file.split(path.sep).join("/")),
    ...addedInline(findings, known),
  ];
}

function leniencyOf({ found, baseline }: RuleFiles): Leniency {
  return { settings: found?.configuration.verify, baseline };
}

/** What the same files had inline before: only files with an inline allowance now are looked at. */
async function inlineBefore(
  git: Git,
  bases: readonly string[],
  findings: readonly Finding[],
  settings: VerifySettings,
): Promise<readonly Finding[]> {
  const files = new Set(findings.filter(({ allowed }) => allowed?.by === "inline").map(({ path: file }) => file));
  if (files.size === 0) return [];
  const judge = await createJudge(settings);
  const known: Finding[] = [];
  for (const base of bases) {
    const found = await treeFiles(git, base, [...files]).catch(() => new Map<string, TreeFile>());
    for (const [file, before] of found) {
      // A link before is no allowance before.
      if (before.ok && before.bytes !== undefined && before.bytes.length <= MAX_VERIFIED_BYTES)
        known.push(...judge({ path: file, bytes: before.bytes }).findings);
    }
  }
  return known;
}
