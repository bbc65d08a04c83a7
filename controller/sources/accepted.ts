/** The commit that was accepted last where commits must be signed: kept across restarts, so that nobody can go back behind it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import type { Objection } from "../../src/model/index.ts";
import { writeWhole } from "../../src/node/write.ts";
import { shortCommit } from "./git-signature.ts";

/** What is remembered: whole commit ids. */
export type Accepted = {
  /** undefined: nothing was accepted yet, and the first signed commit will be. */
  readonly commit: string | undefined;
  /** The commit of --accept-commit once it was in force: while the option stays, it is not taken a second time. */
  readonly used: string | undefined;
};

/** Whether a commit has another among its ancestors; unknown where the history is not there to tell. */
export type Descent = "yes" | "no" | "unknown";

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for a whole commit id: a name or a short id could be another commit tomorrow. */
export function isCommitId(text: string): boolean {
  return ID.test(text);
}

function parse(text: string): Accepted | undefined {
  try {
    const { version, commit, used } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isId = (value: unknown): value is string => typeof value === "string" && isCommitId(value);
    if (version !== 1 || !isId(commit) || !(used === undefined || isId(used))) return undefined;
    return { commit, used };
  } catch {
    // The parser would quote what is in the file.
    return undefined;
  }
}

/** What was kept; nothing where there is no file. TARGET_FAILED for a damaged one: that never counts as nothing. */
export function readAccepted(file: string): Accepted {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return { commit: undefined, used: undefined };
    throw new LacreError("TARGET_FAILED", `${file} cannot be read`, { hint: `the system says ${code}`, cause });
  }
  const accepted = parse(text);
  if (accepted !== undefined) return accepted;
  throw new LacreError("TARGET_FAILED", `${file} is not the record of an accepted commit that this version wrote`, {
    hint: `nothing is written; restore it from a backup, or check the branch and remove it: the next signed commit is then taken as the first`,
  });
}

/** Writes what is kept, whole or not at all. Throws the errors of the system. */
export function writeAccepted(file: string, { commit, used }: Accepted): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, `${JSON.stringify({ version: 1, commit, used })}\n`, 0o600);
}

/**
 * What is remembered at a start. An option that names another commit, or is gone, forgets that this one was used; one that
 * names the commit in force has nothing more to do.
 */
export function atStart(accepted: Accepted, acceptCommit: string | undefined): Accepted {
  const isUsed = acceptCommit !== undefined && (acceptCommit === accepted.used || acceptCommit === accepted.commit);
  const used = isUsed ? acceptCommit : undefined;
  return used === accepted.used ? accepted : { ...accepted, used };
}

/** True when the ordered commit could still be taken: then it has to be known whether a new one leads past it. */
export function isOpen(accepted: Accepted, acceptCommit: string | undefined): acceptCommit is string {
  return acceptCommit !== undefined && acceptCommit !== accepted.used;
}

/** What is remembered once a commit is in force. isPast: it is the ordered one, or has that among its ancestors. */
export function afterTaking(
  commit: string,
  accepted: Accepted,
  acceptCommit: string | undefined,
  isPast: boolean,
): Accepted {
  return { commit, used: isPast ? acceptCommit : accepted.used };
}

/** Why a commit is not the next one after what was accepted; undefined for a descendant, the first, or the one ordered. */
export function judgeDescent(
  commit: string,
  accepted: Accepted,
  acceptCommit: string | undefined,
  descent: Descent,
): Objection | undefined {
  if (accepted.commit === undefined || descent === "yes") return undefined;
  const isOrdered = commit === acceptCommit && commit !== accepted.used;
  if (isOrdered) return undefined;
  const what = `commit ${shortCommit(commit)}`;
  const last = `${shortCommit(accepted.commit)}, which was accepted last`;
  if (descent === "unknown") {
    return {
      reason: "SourceFailed",
      message: `whether ${what} descends from ${last}, cannot be told without its history`,
    };
  }
  const wayOut =
    commit === accepted.used
      ? "--accept-commit counts once: start without it first"
      : `if that is meant: --accept-commit ${commit}`;
  return { reason: "SignatureNotTrusted", message: `${what} is no descendant of ${last}; ${wayOut}` };
}
