/**
 * Whom the environments of .lacre.yaml are sealed for, as far as a check without keys can judge it: a change must not move one
 * to somebody else unseen. Who may write both the keys and the check that passes them needs a reader.
 */
import { shellQuoted, shellWord } from "../model/shell-word.ts";
import type { Finding } from "./finding.ts";
import { type RuleId, ruleOf } from "./rules.ts";

/** Somebody who is sealed for. cluster: of a signed list. */
type EnvironmentRecipient = { readonly fingerprint: string; readonly cluster?: string };

/** One environment as a tree has it. line: where .lacre.yaml names it. missing: keys files that are not there. */
export type EnvironmentState = {
  readonly name: string;
  readonly line: number;
  readonly recipients: readonly EnvironmentRecipient[];
  readonly missing: readonly string[];
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
    message: `environment ${name} ${says}: ${ruleOf(rule)?.title ?? ""}`,
    fix: ruleOf(rule)?.fix(shellWord(file), shellQuoted(name)) ?? "",
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

/** What is wrong with them as they are. file: .lacre.yaml. demanded: the fingerprints of LACRE_PIN. */
export function judgeEnvironments(
  file: string,
  states: readonly EnvironmentState[],
  demanded: readonly string[] | undefined,
): readonly Finding[] {
  return states.flatMap((state, index) => {
    const twin = states.slice(0, index).find((other) => isEqual(other, state));
    const other =
      demanded && state.recipients.filter(({ fingerprint }) => !demanded.includes(fingerprint)).map(describe);
    return [
      ...state.missing.map((one) =>
        finding(file, "environment-keys-missing", state, `names ${one}, which is not there`),
      ),
      ...(other ?? []).map((one) =>
        finding(
          file,
          "environment-not-pinned",
          state,
          `is sealed for ${one}, and LACRE_PIN is ${demanded?.join(", ")}`,
        ),
      ),
      ...(twin === undefined
        ? []
        : [finding(file, "environments-equal", state, `has the keys and the namespace of ${twin.name}`)]),
    ];
  });
}

/** Two of them cannot be told apart: a value of one opens as the other's. */
function isEqual(a: EnvironmentState, b: EnvironmentState): boolean {
  if (a.recipients.length === 0 || a.namespace !== b.namespace || a.recipients.length !== b.recipients.length)
    return false;
  return a.recipients.every((one) => b.recipients.some((other) => isSame(one, other)));
}

/** What a change moves: environments as they were at its bases, and as they are. New ones are told as notes. */
export function movedEnvironments(
  file: string,
  after: readonly EnvironmentState[],
  before: readonly EnvironmentState[],
  demanded: readonly string[] | undefined,
): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  const isNamed = (name: string) => after.some((one) => one.name === name);
  const gone = [...new Map(before.map((one) => [one.name, one])).values()].filter(({ name }) => !isNamed(name));
  const pairs = after.map((now) => ({ now, olds: before.filter(({ name }) => name === now.name) }));
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
      ...pairs.flatMap(({ now, olds }) => changesOf(file, now, olds, demanded ?? [])),
    ],
    notes:
      before.length === 0
        ? []
        : pairs
            .filter(({ olds }) => olds.length === 0)
            .map(({ now }) => `this change adds environment ${now.name}, sealed for ${describeAll(now.recipients)}`),
  };
}

function changesOf(
  file: string,
  now: EnvironmentState,
  olds: readonly EnvironmentState[],
  demanded: readonly string[],
): readonly Finding[] {
  if (olds.length === 0) return [];
  const known = olds.flatMap(({ recipients }) => recipients);
  const was = describeAll(olds[0]?.recipients ?? []);
  const gained = now.recipients.filter(
    (one) => !known.some((old) => isSame(old, one)) && !demanded.includes(one.fingerprint),
  );
  // A list that is missing now has a finding of its own.
  const lost = now.missing.length > 0 ? [] : known.filter((old) => !now.recipients.some((one) => isSame(old, one)));
  const says =
    gained.length > 0
      ? `is sealed for ${describeAll(gained)} now; before it was ${was}`
      : `is no longer sealed for ${describeAll(lost)}; now it is ${describeAll(now.recipients)}`;
  const isExpected =
    lost.length > 0 && demanded.length > 0 && now.recipients.every((one) => demanded.includes(one.fingerprint));
  const moved = (["branch", "paths", "namespace"] as const).flatMap((field) => {
    const is = textOf(now[field]);
    const previous = olds.map((old) => textOf(old[field]));
    return previous.includes(is) ? [] : [`its ${field} was ${previous[0]} and is ${is}`];
  });
  return [
    ...(gained.length > 0 || (lost.length > 0 && !isExpected) ? [finding(file, "environment-changed", now, says)] : []),
    ...(moved.length > 0 ? [finding(file, "environment-moved", now, `is another one: ${moved.join("; ")}`)] : []),
  ];
}

function textOf(value: string | readonly string[] | undefined): string {
  return [value ?? []].flat().join(", ") || "none";
}
