/** The system's git, run without a shell and with an environment of its own. */
import { execFile } from "node:child_process";
import { LacreError } from "../../src/errors.ts";

const TIMEOUT_MS = 120_000;
/** Answers of this size are held in memory. What may be longer is read as a stream. */
const MAX_ANSWER_BYTES: number = 16 * 1024 * 1024;

/** What an operator may set for git: how to authenticate, whom to trust, and where git's configuration is. */
const KEPT: ReadonlySet<string> = new Set([
  "GIT_ALLOW_PROTOCOL",
  "GIT_ASKPASS",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_SYSTEM",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "GIT_SSL_CERT",
  "GIT_SSL_KEY",
]);

/**
 * The environment of git. The controller may have been started inside of another git's hook, or with settings that choose
 * repositories, objects and configuration: of the GIT_* only those of KEPT pass. Our own LACRE_* are none of git's matter.
 */
export function gitEnvironment(
  from: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const passed = Object.entries(from).filter(([name]) => KEPT.has(name) || !/^(?:GIT|LACRE)_/i.test(name));
  return {
    // Helpers that run programs named in the URL have no place here.
    GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
    ...Object.fromEntries(passed),
    GIT_TERMINAL_PROMPT: "0",
    // A commit is what its id says, whatever refs/replace holds.
    GIT_NO_REPLACE_OBJECTS: "1",
    LC_ALL: "C",
  };
}

/** The environment of every git that is run here. */
export const ENVIRONMENT: Readonly<Record<string, string | undefined>> = gitEnvironment(process.env);

/**
 * The arguments that name a repository. With -C git would go on to the directories above where this one is damaged, and
 * find somebody else's. Large objects are streamed to the disk, never held whole.
 */
export function inRepository(repository: string): readonly string[] {
  return ["--git-dir", repository, "-c", "core.bigFileThreshold=1m", "-c", "fetch.unpackLimit=1"];
}

// Git's own words may hold the URL with its password: they are recognised, never repeated.
const KNOWN_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/authentication failed|could not read (?:username|password)|permission denied/i, "access was refused"],
  [
    /could not resolve host|unable to access|connection (?:refused|timed out)|could not connect/i,
    "the server cannot be reached",
  ],
  [/not found|does not appear to be a git repository|does not exist/i, "there is no such repository"],
  [/no space left/i, "the disk is full"],
];

/** Why a git ended, in our own words. */
function classify(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT") return "git is not installed";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "the answer is too long";
  if (error.killed === true) return "it took too long";
  return KNOWN_FAILURES.find(([pattern]) => pattern.test(stderr))?.[1] ?? `it ended with status ${String(error.code)}`;
}

/** How a git command ended: what it printed, or its exit status with our words for it. */
type GitAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly status: number | undefined; readonly why: string };

/** Runs git and tells how it ended. Never throws for what git says. */
export function askGit(args: readonly string[]): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const options = { env: ENVIRONMENT, timeout: TIMEOUT_MS, maxBuffer: MAX_ANSWER_BYTES, encoding: "utf8" } as const;
    execFile("git", [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true, text: stdout });
      const status = typeof error.code === "number" ? error.code : undefined;
      return resolve({ ok: false, status, why: classify(error, stderr) });
    });
  });
}

/** What git prints, or SOURCE_FAILED. */
export async function runGit(args: readonly string[]): Promise<string> {
  const answer = await askGit(args);
  if (answer.ok) return answer.text;
  const command = args.find((arg) => /^[a-z][a-z-]*$/.test(arg)) ?? "";
  throw new LacreError("SOURCE_FAILED", `git ${command}: ${answer.why}`);
}
