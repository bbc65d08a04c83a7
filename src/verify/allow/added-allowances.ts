/** What a change allows that was not allowed before it: who may write both the secret and its excuse needs a reader. */
import type { Allowance, Configuration } from "../../model/environment.ts";
import { shellWord } from "../../model/shell-word.ts";
import type { Finding } from "../finding.ts";
import { ruleOf } from "../rules.ts";
import { BASELINE_FILE, type Baseline, type BaselineEntry } from "./baseline.ts";

/** What a tree says about verify. Nothing where it has no configuration. */
export type Leniency = {
  readonly settings: Configuration["verify"] | undefined;
  readonly baseline: Baseline | undefined;
};

/** One allowance that is new. */
export type AddedAllowance = { readonly path: string; readonly line: number; readonly what: string };

/** What `after` allows that none of `before` does. file: where the configuration lies. */
export function addedAllowances(after: Leniency, before: readonly Leniency[], file: string): readonly AddedAllowance[] {
  const allowed = before.flatMap(({ settings }) => settings?.allow ?? []);
  const accepted = before.flatMap(({ baseline }) => baseline?.entries ?? []);
  const entries = (after.settings?.allow ?? []).filter((entry) => !allowed.some((old) => isCovered(entry, old)));
  const lines = (after.baseline?.entries ?? []).filter((entry) => !accepted.some((old) => isKnown(entry, old)));
  return [
    ...entries.map(({ path, rule, reason }) => ({
      path: file,
      line: 1,
      what: `verify.allow for ${rule ?? "every rule"} in ${path} (${reason})`,
    })),
    ...looserSettings(after, before).map((what) => ({ path: file, line: 1, what })),
    ...lines.map(({ rule, path, reason }) => ({
      path: BASELINE_FILE,
      line: 1,
      what: `baseline entry for ${rule} in ${path} (${reason})`,
    })),
  ];
}

/** A later end is a new allowance; an earlier one, or another reason, is none. */
function endsBy(now: string | undefined, old: string | undefined): boolean {
  return old === undefined || (now !== undefined && now <= old);
}

function isCovered(now: Allowance, old: Allowance): boolean {
  return old.path === now.path && (old.rule === undefined || old.rule === now.rule) && endsBy(now.expires, old.expires);
}

function isKnown(now: BaselineEntry, old: BaselineEntry): boolean {
  return (
    old.identity === now.identity && old.rule === now.rule && old.path === now.path && endsBy(now.expires, old.expires)
  );
}

/** Lists that say what is looked at and what a token may be: empty is everything for paths, and anything for the others. */
function looserSettings({ settings: after }: Leniency, before: readonly Leniency[]): readonly string[] {
  const olds = before.flatMap(({ settings }) => (settings === undefined ? [] : [settings]));
  const isLooser = (name: "scopes" | "suites") =>
    olds.length > 0 &&
    olds.every((old) => {
      const now = after?.[name] ?? [];
      return (
        old[name].length > 0 &&
        (now.length === 0 || now.some((word) => !(old[name] as readonly string[]).includes(word)))
      );
    });
  const paths = after?.paths ?? [];
  const isNarrower =
    paths.length > 0 && !olds.some((old) => old.paths.length > 0 && old.paths.every((path) => paths.includes(path)));
  return [
    ...(isNarrower ? ["verify.paths leaves out what was looked at before"] : []),
    ...(isLooser("scopes") ? ["verify.scopes allows more"] : []),
    ...(isLooser("suites") ? ["verify.suites allows more"] : []),
    ...(olds.some(({ sealers }) => sealers !== undefined && sealers !== after?.sealers)
      ? ["verify.sealers names another file, or none"]
      : []),
  ];
}

/** Inline allowances by what they allow: the value too, since another secret behind an old comment is another allowance. */
export function addedInline(findings: readonly Finding[], before: readonly Finding[]): readonly AddedAllowance[] {
  const key = ({ rule, path, identities }: Finding) => `${rule}\0${path}\0${identities?.at(-1)}`;
  const known = new Set(before.filter(isInline).map(key));
  return findings
    .filter((finding) => isInline(finding) && !known.has(key(finding)))
    .map(({ path, line, rule, allowed }) => ({
      path,
      line,
      what: `inline allowance for ${rule} (${allowed?.reason ?? ""})`,
    }));
}

function isInline({ allowed }: Finding): boolean {
  return allowed?.by === "inline";
}

/** An allowance as a finding, for who lets no change bring its own. */
export function allowanceFinding({ path, line, what }: AddedAllowance): Finding {
  const rule = ruleOf("allowance-added");
  return {
    rule: "allowance-added",
    path,
    line,
    column: 1,
    endLine: line,
    endColumn: 2,
    message: `${what}: ${rule.title}`,
    fix: rule.fix(shellWord(path), ""),
  };
}
