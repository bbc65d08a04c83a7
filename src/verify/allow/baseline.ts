/**
 * The baseline: findings that somebody has looked at, one a line, so that a repository can start with verify today. An
 * entry names the value by an HMAC under the repository's key: another secret on the same line is another finding.
 */
import { LacreError } from "../../errors.ts";
import type { Finding } from "../finding.ts";

/** The file, at the root of the repository. */
export const BASELINE_FILE = ".lacre-baseline";

/** One accepted finding. expires: YYYY-MM-DD. */
export type BaselineEntry = {
  readonly identity: string;
  readonly rule: string;
  readonly path: string;
  readonly expires?: string;
  readonly reason: string;
};

/** All of it. key: 32 bytes, base64url. Two branches that each began one leave two. */
export type Baseline = { readonly keys: readonly string[]; readonly entries: readonly BaselineEntry[] };

const HEADER =
  "# lacre: findings that were looked at. One a line: identity, rule, path, expiry or -, reason. Merges line by line.";
const KEY_LINE = /^key ([\w-]{43})$/;
const ENTRY_LINE = /^([\w-]{22}) ([\w-]+) ("(?:[^"\\]|\\.)*"|\S+) (-|\d{4}-\d{2}-\d{2}) (\S.*)$/;

/** Reads a baseline, or CONFIG_INVALID with the line. */
export function readBaseline(path: string, text: string): Baseline {
  const keys = new Set<string>();
  const entries = new Map<string, BaselineEntry>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const key = KEY_LINE.exec(line)?.[1];
    const entry = ENTRY_LINE.exec(line);
    if (key !== undefined) keys.add(key);
    else if (entry === null) {
      throw new LacreError("CONFIG_INVALID", `${path}:${index + 1}: this line is no entry`, {
        hint: "an entry is: identity, rule, path, expiry or -, and a reason; write them with lacre verify --accept REASON",
      });
    } else {
      const [, identity = "", rule = "", shown = "", expires = "-", reason = ""] = entry;
      const name = shown.startsWith('"') ? (JSON.parse(shown) as string) : shown;
      entries.set(line, { identity, rule, path: name, reason, ...(expires === "-" ? {} : { expires }) });
    }
  });
  return { keys: [...keys].sort(), entries: [...entries.values()] };
}

/** The text of a baseline: sorted, and without anything that changes by itself. */
export function printBaseline({ keys, entries }: Baseline): string {
  const lines = entries.map(({ identity, rule, path, expires, reason }) => {
    const shown = /^[^\s"]+$/.test(path) ? path : JSON.stringify(path);
    return `${identity} ${rule} ${shown} ${expires ?? "-"} ${reason}`;
  });
  const unique = [...new Set(lines)].sort();
  return [HEADER, ...keys.map((key) => `key ${key}`), ...unique, ""].join("\n");
}

/** True when a day has come: days compare as text. */
export function isExpired(expires: string | undefined, today: string): boolean {
  return expires !== undefined && expires < today;
}

/** True for an entry that belongs to a finding, under any of the repository's keys. */
export function isEntryOf(entry: BaselineEntry, { rule, path, identities }: Finding): boolean {
  return entry.rule === rule && entry.path === path && identities?.includes(entry.identity) === true;
}
