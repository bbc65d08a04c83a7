/**
 * Whom the environments of .lacre.yaml are sealed for, as far as a check without keys can judge it: a change must not move one
 * to somebody else unseen. Who may write both the keys and the check that passes them needs a reader.
 */
import { shellQuoted, shellWord } from "../model/shell-word.ts";
import type { Finding } from "./finding.ts";
import { type RuleId, ruleOf } from "./rules.ts";

/** Somebody who is sealed for. cluster, serial: of a signed list. */
type EnvironmentRecipient = { readonly fingerprint: string; readonly cluster?: string; readonly serial?: number };

/** True for a fingerprint that LACRE_PIN names, for this environment or for any. isBound: for this one alone. */
export type Demand = (
  fingerprint: string,
  environment: string,
) => { readonly isNamed: boolean; readonly isBound: boolean };

/** One environment as a tree has it. line: where .lacre.yaml names it. missing: keys files that are not there. */
export type EnvironmentState = {
  readonly name: string;
  readonly line: number;
  readonly recipients: readonly EnvironmentRecipient[];
  readonly missing: readonly string[];
  /** Sealed for where no environment is named. */
  readonly isDefault: boolean;
  readonly branch?: string;
  readonly paths?: readonly string[];
  readonly namespace?: string;
};

function finding(file: string, rule: RuleId, { name, line }: EnvironmentState, says: string): Finding {
  return {
    rule,
    path: file,
    line,
    column: 1,
    endLine: line,
    endColumn: 2,
    message: `environment ${name} ${says}: ${ruleOf(rule).title}`,
    fix: ruleOf(rule).fix(shellWord(file), shellQuoted(name)),
  };
}

function describe({ fingerprint, cluster }: EnvironmentRecipient): string {
  return cluster === undefined ? `the bare key ${fingerprint}` : `${cluster} (${fingerprint})`;
}

function describeAll(recipients: readonly EnvironmentRecipient[]): string {
  return recipients.map(describe).join(", ") || "nobody";
}

function isSame(a: EnvironmentRecipient, b: EnvironmentRecipient): boolean {
  return a.fingerprint === b.fingerprint && a.cluster === b.cluster;
}

/** What is wrong with them as they are. file: .lacre.yaml. demand: of LACRE_PIN, where it is set. */
export function judgeEnvironments(
  file: string,
  states: readonly EnvironmentState[],
  demand: Demand | undefined,
): readonly Finding[] {
  return states.flatMap((state, index) => {
    const twin = states.slice(0, index).find((other) => isEqual(other, state));
    const others =
      demand && state.recipients.filter(({ fingerprint }) => !demand(fingerprint, state.name).isNamed).map(describe);
    return [
      ...state.missing.map((one) =>
        finding(file, "environment-keys-missing", state, `names ${one}, which is not there`),
      ),
      ...(others ?? []).map((one) =>
        finding(file, "environment-not-pinned", state, `is sealed for ${one}, whom LACRE_PIN does not name`),
      ),
      ...(twin === undefined
        ? []
        : [finding(file, "environments-equal", state, `has the keys and the namespace of ${twin.name}`)]),
    ];
  });
}

/** Two of them cannot be told apart: a value of one opens as the other's. */
function isEqual(a: EnvironmentState, b: EnvironmentState): boolean {
  if (a.recipients.length === 0 || b.recipients.length === 0 || a.namespace !== b.namespace) return false;
  const isWithin = (one: EnvironmentState, other: EnvironmentState) =>
    one.recipients.every((recipient) => other.recipients.some((known) => isSame(recipient, known)));
  return isWithin(a, b) && isWithin(b, a);
}

/** What a change moves: environments as they were at a base, and as they are. everywhere: of all .lacre.yaml there. New ones are notes. */
export function movedEnvironments(
  file: string,
  after: readonly EnvironmentState[],
  before: readonly EnvironmentState[],
  everywhere: readonly EnvironmentState[],
  demand: Demand | undefined,
): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  const isNamed = (name: string) => after.some((one) => one.name === name);
  const gone = [...new Map(before.map((one) => [one.name, one])).values()].filter(({ name }) => !isNamed(name));
  const pairs = after.map((now) => ({ now, olds: before.filter(({ name }) => name === now.name) }));
  const added = pairs.filter(({ olds }) => olds.length === 0);
  return {
    findings: [
      ...gone.map((old) =>
        finding(
          file,
          "environment-changed",
          { ...old, line: 1 },
          `is gone; it was sealed for ${describeAll(old.recipients)}`,
        ),
      ),
      ...pairs.flatMap(({ now, olds }) => (olds.length === 0 ? [] : changesOf(file, now, olds, everywhere, demand))),
      ...movedDefault(file, after, before),
    ],
    notes: added.map(
      ({ now }) => `${file}: this change adds environment ${now.name}, sealed for ${describeAll(now.recipients)}`,
    ),
  };
}

/** Another default: what is sealed without a name goes to others from now on. */
function movedDefault(
  file: string,
  after: readonly EnvironmentState[],
  before: readonly EnvironmentState[],
): readonly Finding[] {
  const now = after.find(({ isDefault }) => isDefault);
  const was = before.filter(({ isDefault }) => isDefault).map(({ name }) => name);
  if (now === undefined || before.length === 0 || was.includes(now.name)) return [];
  const says = `is the default now; before it was ${was[0] ?? "none"}`;
  return [finding(file, "environment-moved", now, says)];
}

function changesOf(
  file: string,
  now: EnvironmentState,
  olds: readonly EnvironmentState[],
  anywhere: readonly EnvironmentState[],
  demand: Demand | undefined,
): readonly Finding[] {
  const known = olds.flatMap(({ recipients }) => recipients);
  const everywhere = anywhere.flatMap(({ recipients }) => recipients);
  const isIn = (one: EnvironmentRecipient, all: readonly EnvironmentRecipient[]) =>
    all.some((other) => isSame(other, one));
  // From outside of the repository somebody says that they are meant: here, or as somebody quite new.
  const isMeant = (one: EnvironmentRecipient) => {
    const { isNamed, isBound } = demand?.(one.fingerprint, now.name) ?? { isNamed: false, isBound: false };
    return isBound || (isNamed && !isIn(one, everywhere));
  };
  const gained = now.recipients.filter((one) => !isIn(one, known) && !isMeant(one));
  // A list that is missing now has a finding of its own. One that LACRE_PIN names no more is meant to be gone.
  const lost = now.missing.length > 0 ? [] : known.filter((old) => !isIn(old, now.recipients));
  const missed = lost.filter(({ fingerprint }) => demand?.(fingerprint, now.name).isNamed !== false);
  const was = describeAll(olds[0]?.recipients ?? []);
  const says =
    gained.length > 0
      ? `is sealed for ${describeAll(gained)} now; before it was ${was}`
      : `is no longer sealed for ${describeAll(missed)}; now it is ${describeAll(now.recipients)}`;
  const older = now.recipients.filter((one) =>
    known.some((old) => isSame(old, one) && (one.serial ?? 0) < (old.serial ?? 0)),
  );
  const moved = (["branch", "paths", "namespace"] as const).flatMap((field) => {
    const previous = olds.map((old) => JSON.stringify(old[field]));
    const is = JSON.stringify(now[field]);
    return previous.includes(is) ? [] : [`its ${field} was ${previous[0] ?? "none"} and is ${is ?? "none"}`];
  });
  return [
    ...(gained.length > 0 || missed.length > 0 ? [finding(file, "environment-changed", now, says)] : []),
    ...older.map((one) =>
      finding(
        file,
        "environment-list-old",
        now,
        `has the list of ${describe(one)} with serial ${one.serial}, and a newer one was there`,
      ),
    ),
    ...(moved.length > 0 ? [finding(file, "environment-moved", now, `is another one: ${moved.join("; ")}`)] : []),
  ];
}
