/** `lacre verify`: what would be committed, what is in the work tree, or all that ever was, judged without any key. */
import * as path from "node:path";
import { toBase64url } from "../../src/bytes.ts";
import { LacreError } from "../../src/errors.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { writeAtomic } from "../../src/node/write.ts";
import {
  type AddedAllowance,
  allowanceFinding,
  applyAllowances,
  BASELINE_FILE,
  type Baseline,
  type Finding,
  isUnscanned,
  isWarning,
  openFindings,
  printBaseline,
  printReport,
  type ReportFormat,
  RULES,
  ruleOf,
  trackedPrograms,
  type VerifyResult,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { counted } from "../counted.ts";
import { STDIN } from "../files/files.ts";
import { workTreeRoot } from "../git/git.ts";
import type { FoundConfiguration } from "../repository/configuration.ts";
import { readAdded } from "../verify/added-allowances.ts";
import { judgedEnvironments } from "../verify/environment-states.ts";
import { type RuleFiles, ruleFilesFrom, ruleFilesHere } from "../verify/rule-files.ts";
import { policyOf, sealersOf } from "../verify/sealed-policy.ts";
import { type Choice, type Contents, chooseContents } from "../verify/verified-contents.ts";
import { createIdentify, rolesOf, unreadRoles, type VerifySettings } from "../verify/verify-items.ts";
import { judgeItems } from "../verify/verify-threads.ts";

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
  if (options.explain !== undefined) return explain(context, options.explain);
  refuseCombinations(options);
  const files = await readRules(context, paths, options);
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
  const scan = await judge(context, contents, unreadRoles(roleFiles), settings);
  const environments = paths.includes(STDIN)
    ? NOTHING
    : await judgedEnvironments(context, engine, contents, options.configFrom);
  const { findings, stale } = applyAllowances([...scan.findings, ...environments.nested], {
    allow: found?.configuration.verify.allow ?? [],
    ...(baseline === undefined ? {} : { baseline }),
    identitiesOf: ({ identity }) => identity?.split(" ") ?? [],
    today: new Date(context.nowMs()).toISOString().slice(0, 10),
    isWhole,
  });
  if (options.accept !== undefined)
    return accept(context, contents.root, { keys, entries: baseline?.entries ?? [] }, findings, options);
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
  await publish(context, result, options);
  const status = statusOf(result, contents);
  return options.live === true ? verifyLive(context, paths, options, status) : status;
}

async function readRules(
  context: CommandContext,
  paths: readonly string[],
  { configFrom }: VerifyOptions,
): Promise<RuleFiles> {
  if (configFrom !== undefined) return ruleFilesFrom(context, configFrom);
  return ruleFilesHere(context, paths.includes(STDIN) ? context.cwd : (workTreeRoot(context.cwd) ?? context.cwd));
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
      ...findings.filter((finding) => !isNote(finding)).map(hasKeys ? firstIdentity : withoutIdentity),
      ...(isForbidden ? added.map(allowanceFinding) : []),
    ].sort(byPlace),
    notes: [...notes, ...(isForbidden ? [] : told), ...notesOn(findings.filter(isNote))],
  };
}

/** What cannot mean anything together is refused, before it looks like a check that passed. */
function refuseCombinations({ newAllowances, range, staged, configFrom, accept: reason }: VerifyOptions): void {
  if (newAllowances === false && range === undefined && staged !== true) {
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

function sourceNotes({ from, found }: RuleFiles): readonly string[] {
  if (from === undefined || found !== undefined) return [];
  return [`${from} has no .lacre.yaml: nothing is allowed by it, and tokens are not held against keys`];
}

/** After the files: is what they say what runs? Differences count as found, not being able to tell as a failure. */
async function verifyLive(
  context: CommandContext,
  paths: readonly string[],
  options: VerifyOptions,
  status: number,
): Promise<number> {
  const { compareWithCluster, describeDiff } = await import("./diff.ts");
  const different = (await compareWithCluster(context, paths, options)).filter(({ sign }) => sign !== "=");
  if (different.length === 0) {
    context.say("the cluster is as Git says");
    return status;
  }
  context.say(`the cluster is not as Git says:\n${describeDiff(different).trimEnd()}`);
  return status === EXIT.fine ? EXIT.found : status;
}

const WARNINGS: Readonly<Record<string, readonly [string, string]>> = {
  "packed-file": ["packed and not judged", "nothing is unpacked here"],
  "sealed-key-old": ["sealed for keys that only open any more", "lacre keys list, lacre reseal"],
  "sealed-signature-warned": ["without a good signature, where the policy is warn", "seal with --sign-with"],
};

/** Warnings are no failure: one note for each kind says how many entries there are. */
function notesOn(warnings: readonly Finding[]): readonly string[] {
  return Object.entries(WARNINGS).flatMap(([rule, [what, next]]) => {
    const found = warnings.filter((warning) => warning.rule === rule);
    const files = new Set(found.map(({ path: file }) => file));
    const [first] = files;
    if (first === undefined) return [];
    const where = files.size === 1 ? first : `${files.size} files, such as ${first}`;
    if (rule === "packed-file") return [`${what}: ${counted(files.size, "file", "files")}, such as ${first}; ${next}`];
    return [`${what}: ${counted(found.length, "entry", "entries")} in ${where}; ${next}`];
  });
}

/** Identities are for a baseline; without one they would differ in every run. */
function withoutIdentity({ identity: _, ...finding }: Finding): Finding {
  return finding;
}

/** One identity is enough to know a finding again; the others are for the entries of other branches. */
function firstIdentity(finding: Finding): Finding {
  const [identity] = finding.identity?.split(" ") ?? [];
  return identity === undefined ? finding : { ...finding, identity };
}

function configuredPaths(context: CommandContext, found: FoundConfiguration | undefined): readonly string[] {
  if (found === undefined) return [];
  return found.configuration.verify.paths.map(
    (given) => path.relative(context.cwd, path.join(found.directory, given)) || ".",
  );
}

async function explain(context: CommandContext, id: string): Promise<number> {
  const rule = ruleOf(id);
  if (rule === undefined) {
    throw new LacreError("USAGE", `there is no rule ${JSON.stringify(id)}`, {
      hint: `rules: ${RULES.slice(0, 8)
        .map((one) => one.id)
        .join(", ")}, ...; docs/rules.md lists all`,
    });
  }
  await context.print(
    `${rule.id}: ${rule.title}\n\n${rule.explanation}\n\nfix: ${rule.fix("FILE", "ENTRY")}\nallow: # lacre:allow ${rule.id} REASON, on its line or the one above\n`,
  );
  return EXIT.fine;
}

type Scan = { readonly scanned: number; readonly findings: readonly Finding[]; readonly notes: readonly string[] };

async function judge(
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

function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/** Puts everything that is found now, and not allowed yet, into the baseline. */
async function accept(
  context: CommandContext,
  root: string,
  { keys, entries }: Baseline,
  findings: readonly Finding[],
  { accept: reason = "", expires }: VerifyOptions,
): Promise<number> {
  if (reason.trim() === "" || /[\r\n]/.test(reason)) {
    throw new LacreError("USAGE", "a baseline entry needs a reason, on one line", {
      hint: 'such as: lacre verify --accept "rotated, still in old commits"',
    });
  }
  if (expires !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(expires))
    throw new LacreError("USAGE", "--expires takes a day", { hint: "such as: --expires 2027-01-31" });
  const open = findings.filter(
    ({ identity, ...finding }) =>
      identity !== undefined && finding.allowed === undefined && !isUnscanned(finding) && !isWarning(finding),
  );
  const added = open.map((finding) => ({
    identity: firstIdentity(finding).identity ?? "",
    rule: finding.rule,
    path: finding.path,
    reason: reason.trim(),
    ...(expires === undefined ? {} : { expires }),
  }));
  if (added.length > 0) {
    writeAtomic({
      path: path.join(root, BASELINE_FILE),
      content: printBaseline({ keys, entries: [...entries, ...added] }),
    });
  }
  const done = added.length === 0 ? "nothing to accept" : `${added.length} accepted in ${BASELINE_FILE}: commit it`;
  await context.print(`${done}\n`);
  return EXIT.fine;
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
  return contents.notes.some((note) => note.startsWith("this clone is shallow")) ? EXIT.failed : EXIT.fine;
}
