/** Judges all that was chosen, and puts what is found in order. */
import { type Finding, isUnscanned, trackedPrograms } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import type { Contents } from "./contents.ts";
import { createIdentify, type VerifySettings } from "./verify-items.ts";
import { judgeItems } from "./verify-threads.ts";

/** What became of all items. scanned: how many were read. */
export type Scan = {
  readonly scanned: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
};

/** unread: findings on files that were looked at before, and told only where judging them told nothing. */
export async function judgeContents(
  context: CommandContext,
  contents: Contents,
  unread: readonly Finding[],
  settings: VerifySettings,
): Promise<Scan> {
  const findings: Finding[] = [];
  let scanned = 0;
  let pointers = 0;
  await judgeItems(context, contents.items(), contents.count, settings, (outcome) => {
    findings.push(...outcome.findings);
    if (outcome.isPointer) pointers++;
    if (outcome.isRead && ++scanned % 500 === 0) context.progress(`${scanned} of ${contents.count} files judged`);
  });
  const notes =
    pointers === 0 ? [] : [`${pointers} Git LFS pointers: what they point to is not in Git and was not judged`];
  const known = new Set(findings.filter(isUnscanned).map(({ path: file }) => file));
  findings.push(...unread.filter(({ path: file }) => !known.has(file)));
  findings.push(...trackedPrograms(await contents.names(), await createIdentify(settings)));
  return { scanned, findings: findings.sort(byPlace), notes };
}

/** By path, then by place in the file. */
export function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/** Identities are for a baseline; without one they would differ in every run. */
export function withoutIdentities({ identities: _, ...finding }: Finding): Finding {
  return finding;
}
