/** `lacre verify`: what would be committed, what is in the work tree, or all that ever was, judged without any key. */
import * as path from "node:path";
import { toBase64url } from "../../src/bytes.ts";
import { LacreError } from "../../src/errors.ts";
import { printableName } from "../../src/model/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { writeAtomic } from "../../src/node/write.ts";
import {
  type AddedAllowance,
  allowanceFinding,
  applyAllowances,
  explain,
  type Finding,
  findRule,
  isUnscanned,
  isWarning,
  openFindings,
  printReport,
  type ReportFormat,
  RULES,
  type VerifyResult,
  warningNotes,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { STDIN } from "../files/files.ts";
import { gitAt, repositoryHere } from "../git/git.ts";
import { pushedRanges } from "../git/pushed.ts";
import { accept } from "../verify/accept.ts";
import { readAdded } from "../verify/added-allowances.ts";
import type { Contents } from "../verify/contents.ts";
import { judgedEnvironments } from "../verify/environment-states.ts";
import { byPlace, judgeContents, withoutIdentities } from "../verify/judge.ts";
import { verifyLive } from "../verify/live.ts";
import { policyOf, sealersOf } from "../verify/policy.ts";
import { configuredPaths, readRules, sourceNotes } from "../verify/rule-files.ts";
import { type Choice, chooseContents } from "../verify/verified-contents.ts";
import { rolesOf, unreadRoles } from "../verify/verify-items.ts";

/** Options of `lacre verify`. accept: the reason for which all that is found now goes into the baseline. */
export type VerifyOptions = Choice & {
  readonly format?: ReportFormat;
  readonly json?: boolean;
  readonly output?: string;
  readonly explain?: string;
  readonly accept?: string;
  readonly expires?: string;
  readonly budget?: number;
  readonly live?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly sealers?: string;
  readonly configFrom?: string;
  /** Judge what a push brings: Git says on standard input what that is. */
  readonly pushed?: boolean;
  readonly quiet?: boolean;
  /** false: what the change itself allows is a finding. */
  readonly newAllowances?: boolean;
};

const BUDGET_SECONDS = 20;
const NOTHING = { findings: [], nested: [], notes: [] };

/** The exit status: 0 clean, 3 findings, 1 when something could not be judged. */
export async function verifyPaths(
  context: CommandContext,
  paths: readonly string[],
  options: VerifyOptions,
): Promise<number> {
  if (options.explain !== undefined) return explainRule(context, options.explain);
  refuseCombinations(options);
  return options.pushed === true ? verifyPushed(context, paths, options) : verifyOnce(context, paths, options);
}

async function verifyOnce(context: CommandContext, paths: readonly string[], options: VerifyOptions): Promise<number> {
  const files = await readRules(context, paths, options.configFrom);
  const { found, baseline } = files;
  // All of the repository: what an allowance does not meet here, it meets nowhere.
  const isWhole = paths.length === 0 && !options.staged && options.range === undefined && !options.history;
  const wanted = isWhole ? configuredPaths(context, found) : paths;
  const contents = await chooseContents(context, wanted, options);
  const engine = await context.engine();
  const keys = baseline?.keys ?? (options.accept === undefined ? [] : [toBase64url(engine.randomBytes(32))]);
  const roleFiles = await contents.roleFiles();
  const settings = {
    roles: rolesOf(roleFiles),
    policy: {
      ...(await policyOf(engine, files, contents.root)),
      ...(await sealersOf(context, files, options.sealers)),
    },
    // The last one is of this run alone: it tells whether an inline allowance is for the value that it was for before.
    keys: contents.change === undefined ? keys : [...keys, toBase64url(engine.randomBytes(32))],
    budgetMs: (options.budget ?? BUDGET_SECONDS) * 1000,
  };
  const scan = await judgeContents(context, contents, unreadRoles(roleFiles), settings);
  const environments = paths.includes(STDIN)
    ? NOTHING
    : await judgedEnvironments(context, engine, contents, options.configFrom);
  const { findings, stale } = applyAllowances([...scan.findings, ...environments.nested], {
    allow: found?.configuration.verify.allow ?? [],
    ...(baseline === undefined ? {} : { baseline }),
    today: new Date(context.nowMs()).toISOString().slice(0, 10),
    isWhole,
  });
  if (options.accept !== undefined)
    return accept(context, contents.root, { keys, entries: baseline?.entries ?? [] }, findings, {
      reason: options.accept,
      expires: options.expires,
    });
  const added =
    contents.change === undefined ? [] : await readAdded(context, contents, contents.change, findings, settings);
  const result = {
    scanned: scan.scanned,
    stale,
    ...reported(
      // What an environment is, nothing in the repository can allow.
      [...findings, ...environments.findings],
      added,
      { isForbidden: options.newAllowances === false, hasKeys: keys.length > 0 },
      [...contents.notes, ...scan.notes, ...environments.notes, ...sourceNotes(files)],
    ),
  };
  const status = statusOf(result, contents);
  await tell(context, result, status, options);
  return options.live === true ? verifyLive(context, paths, options, status) : status;
}

/** Each reference that is pushed is judged by itself; the worst of them counts. */
async function verifyPushed(
  context: CommandContext,
  paths: readonly string[],
  { pushed: _, ...options }: VerifyOptions,
): Promise<number> {
  const root = repositoryHere(context)?.root ?? context.cwd;
  const updates = Buffer.from(await context.readStdin()).toString();
  let worst: number = EXIT.fine;
  for (const range of await pushedRanges(gitAt(context, root), updates))
    worst = Math.max(worst, await verifyOnce(context, paths, { ...options, range }));
  return worst;
}

/** What is reported: warnings, and allowances that nobody forbids, are notes. */
function reported(
  findings: readonly Finding[],
  added: readonly AddedAllowance[],
  { isForbidden, hasKeys }: { readonly isForbidden: boolean; readonly hasKeys: boolean },
  notes: readonly string[],
): Pick<VerifyResult, "findings" | "notes"> {
  const isNote = (finding: Finding) => isWarning(finding) && finding.allowed === undefined;
  const told = added.map(({ path: file, line, what }) => `this change allows more: ${file}:${line}: ${what}`);
  return {
    findings: [
      ...findings
        .filter((finding) => !isNote(finding))
        .map((finding) => (hasKeys ? finding : withoutIdentities(finding))),
      ...(isForbidden ? added.map(allowanceFinding) : []),
    ].sort(byPlace),
    notes: [...notes, ...(isForbidden ? [] : told), ...warningNotes(findings.filter(isNote))],
  };
}

/** What cannot mean anything together is refused, before it looks like a check that passed. */
function refuseCombinations({ newAllowances, range, staged, pushed, configFrom, accept: reason }: VerifyOptions): void {
  if (newAllowances === false && range === undefined && staged !== true && pushed !== true) {
    throw new LacreError("USAGE", "--no-new-allowances compares a change with what was there before it", {
      hint: "name the change: --range origin/main...HEAD, or --staged",
    });
  }
  if (configFrom !== undefined && reason !== undefined) {
    throw new LacreError(
      "USAGE",
      "--accept writes the baseline of the work tree, and --config-from reads another one",
      {
        hint: "accept findings in a run of its own",
      },
    );
  }
}

async function explainRule(context: CommandContext, id: string): Promise<number> {
  const rule = findRule(id);
  if (rule === undefined) {
    throw new LacreError("USAGE", `there is no rule ${JSON.stringify(id)}`, {
      hint: `rules: ${RULES.slice(0, 8)
        .map((one) => one.id)
        .join(", ")}, ...; docs/rules.md lists all`,
    });
  }
  await context.print(explain(rule));
  return EXIT.fine;
}

/** A run that is quiet and clean tells its notes and nothing else. */
async function tell(context: CommandContext, result: VerifyResult, status: number, options: VerifyOptions) {
  if (options.quiet !== true || status !== EXIT.fine) return publish(context, result, options);
  for (const note of result.notes) context.say(`note: ${printableName(note)}`);
}

async function publish(context: CommandContext, result: VerifyResult, options: VerifyOptions): Promise<void> {
  const format = options.json === true ? "json" : (options.format ?? "text");
  const report = printReport(format, result);
  if (options.output === undefined) return context.print(report);
  writeAtomic({ path: path.resolve(context.cwd, options.output), content: report });
  await context.print(printReport("text", result));
}

function statusOf(result: VerifyResult, contents: Contents): number {
  const open = openFindings(result);
  if (open.some(isUnscanned)) return EXIT.failed;
  if (open.length > 0) return EXIT.found;
  // What a shallow clone does not hold cannot be called clean.
  return contents.isComplete ? EXIT.fine : EXIT.failed;
}
