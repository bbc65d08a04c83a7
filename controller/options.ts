/** What options of all ways to run have in common, checked before anything runs. */
import { CLUSTER, type KeyPolicy, type NewKeys } from "../src/keys/index.ts";
import { isSuite, parseScope, type Scope, type Suite } from "../src/model/index.ts";
import type { ListenConfig } from "./http/server.ts";
import { type OperatorConsent, parseOperatorConsent } from "./targets/consent.ts";
import { usage } from "./usage.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** HOST:PORT, or undefined for off. */
export function parseListen(text: string): ListenConfig | undefined {
  if (text === "off") return undefined;
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65_535) throw usage(`--listen ${text} is not HOST:PORT or off`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

/** The suites that are opened: the post-quantum one, and those that were named. */
export function parseSuites(names: readonly string[]): ReadonlySet<Suite> {
  const suites = new Set<Suite>(["mlkem768x25519"]);
  for (const name of names) {
    if (!isSuite(name)) throw usage(`--accept-suite ${name}: there is no such suite`, "suites: mlkem768x25519, x25519");
    suites.add(name);
  }
  return suites;
}

/** What the operator consents to, or USAGE. */
export function parseAdopt(texts: readonly string[]): OperatorConsent {
  const consent = parseOperatorConsent(texts);
  if (consent !== undefined) return consent;
  throw usage("--adopt must be NAMESPACE[,NAMESPACE...]=IfUnowned or =Merge", "as in: --adopt shop,billing=IfUnowned");
}

/** A number within limits, or USAGE. */
export function number(name: string, text: string, least: number, most: number, hint?: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw usage(`--${name} must be a number from ${least} to ${most}`, hint);
}

/** true or false, or USAGE. */
export function boolean(name: string, text: string, hint?: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw usage(`--${name} must be true or false`, hint);
}

type KeepingValues = {
  readonly "key-days": string;
  readonly "generate-first-key": string;
  readonly "require-backup"?: boolean | undefined;
};

/** How keys are made and kept, or USAGE: the same options for files and clusters. */
export function parseKeeping(
  values: KeepingValues,
  suite: Suite,
  hint?: string,
): { readonly newKeys: NewKeys; readonly keyPolicy: KeyPolicy } {
  return {
    newKeys: { suite, lifetimeMs: number("key-days", values["key-days"], 1, 36_500, hint) * 86_400_000 },
    keyPolicy: {
      generateFirstKey: boolean("generate-first-key", values["generate-first-key"], hint),
      requireBackup: values["require-backup"] === true,
    },
  };
}

/** The name of a cluster, or USAGE. */
export function parseCluster(text: string): string {
  if (CLUSTER.test(text)) return text;
  throw usage(
    `--cluster ${JSON.stringify(text.slice(0, 80))} is no name`,
    "lower-case letters, digits, '-', '_' and '.'",
  );
}

/** USAGE for a level that pino does not know. */
export function checkLogLevel(level: string): void {
  if (!LOG_LEVELS.includes(level)) throw usage(`--log-level must be one of ${LOG_LEVELS.join(", ")}`);
}

/** The scopes that are opened: strict, and those that were named. */
export function parseScopes(names: readonly string[]): ReadonlySet<Scope> {
  return new Set<Scope>(["strict", ...names.map(parseScope)]);
}
