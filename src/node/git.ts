/** The system's git, run without a shell and with an environment of its own. What a failure means, the caller says. */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type GitPlace, gitEnvironment, type ProcessEnvironment } from "./git-environment.ts";

/** How git is run: where, with what environment, and with which options before each command. */
export type Git = {
  readonly directory: string;
  readonly env: ProcessEnvironment;
  readonly options: readonly string[];
  /** An answer over this size, or after this time, is a failure: what may be longer is read as a stream. */
  readonly maxBytes: number;
  readonly timeoutMs: number | undefined;
};

/** How a command ended: what it printed, or why there is no answer. status: git's own. complaint: its words, which may hold a URL with its password. */
export type GitAnswer =
  | { readonly ok: true; readonly bytes: Buffer }
  | {
      readonly ok: false;
      readonly failure: GitFailure;
      readonly status: number | undefined;
      readonly bytes: Buffer;
      readonly complaint: string;
      readonly cause?: Error;
    };

/** "unavailable": there is no git to run. "ended": it said no itself. */
type GitFailure = "unavailable" | "ended" | "too-long" | "too-late";

const PEOPLE_WAIT_FOR: Pick<Git, "maxBytes" | "timeoutMs"> = { maxBytes: 1 << 30, timeoutMs: undefined };
const NOBODY_WAITS_FOR: Pick<Git, "maxBytes" | "timeoutMs"> = { maxBytes: 16 << 20, timeoutMs: 120_000 };

/** Git in a work tree. */
export function gitIn(directory: string, env: ProcessEnvironment, place: Exclude<GitPlace, "clone">): Git {
  return { directory, env: gitEnvironment(env, place), options: [], ...PEOPLE_WAIT_FOR };
}

/**
 * Git in a bare clone of our own. Named and not walked to: where it is damaged git would go on to the directories above, and
 * find somebody else's. Large objects are streamed to the disk, never held whole.
 */
export function gitOf(repository: string, env: ProcessEnvironment): Git {
  const options = ["--git-dir", repository, "-c", "core.bigFileThreshold=1m", "-c", "fetch.unpackLimit=1"];
  return { ...gitOutside(env), directory: ".", options };
}

/** Git outside of any repository: the configuration of one that we happen to be started in is not asked. */
export function gitOutside(env: ProcessEnvironment): Git {
  return { directory: "/", env: gitEnvironment(env, "clone"), options: [], ...NOBODY_WAITS_FOR };
}

/** With options of `git` itself for one command. */
export function withOptions(git: Git, ...options: readonly string[]): Git {
  return { ...git, options: [...git.options, ...options] };
}

function failed(code: string | undefined, status: number | null, bytes: Buffer, complaint: string, cause?: Error) {
  const failure: GitFailure =
    code === "ENOBUFS" ? "too-long" : code === "ETIMEDOUT" ? "too-late" : code === undefined ? "ended" : "unavailable";
  return { ok: false, failure, status: status ?? undefined, bytes, complaint, ...(cause && { cause }) } as const;
}

/** Runs git and waits, while nothing else goes on. Never throws for what git says. */
export function askGitNow({ directory, env, options, maxBytes, timeoutMs }: Git, args: readonly string[]): GitAnswer {
  const limits = { maxBuffer: maxBytes, timeout: timeoutMs };
  const { error, status, stdout, stderr } = spawnSync("git", [...options, ...args], { cwd: directory, env, ...limits });
  const bytes = stdout ?? Buffer.alloc(0);
  if (error === undefined && status === 0) return { ok: true, bytes };
  return failed((error as NodeJS.ErrnoException | undefined)?.code, status, bytes, String(stderr ?? ""), error);
}

/** What git prints last is why it ended; what it may print before is not held without end. */
const MAX_COMPLAINT = 65_536;

/** Runs git, with an input where it takes one. Never throws for what git says. */
export function askGit(git: Git, args: readonly string[], input = ""): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const { directory, env, options, timeoutMs } = git;
    const child = spawn("git", [...options, ...args], { cwd: directory, env, stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = "";
    let broken: "ENOBUFS" | "ETIMEDOUT" | undefined;
    const stop = (why: typeof broken) => {
      broken ??= why;
      child.kill("SIGKILL");
      // What git has started, such as ssh, may hold its output: nobody waits for that.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop("ETIMEDOUT"), timeoutMs);
    const end = (answer: GitAnswer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > git.maxBytes) stop("ENOBUFS");
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (complaint.length < MAX_COMPLAINT) complaint += chunk.toString();
    });
    child.once("error", (cause: NodeJS.ErrnoException) => end(failed(cause.code, null, Buffer.alloc(0), "", cause)));
    child.once("close", (status) => {
      if (status === 0 && broken === undefined) end({ ok: true, bytes: Buffer.concat(chunks) });
      else end(failed(broken, status, Buffer.concat(chunks), complaint));
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Starts git for what is written and read bit by bit; its complaints go nowhere. The caller listens to its errors and waits for its end. */
export function streamGit(
  { directory, env, options }: Git,
  args: readonly string[],
  timeoutMs?: number,
): ChildProcessByStdio<Writable, Readable, null> {
  const stdio: ["pipe", "pipe", "ignore"] = ["pipe", "pipe", "ignore"];
  return spawn("git", [...options, ...args], { cwd: directory, env, stdio, timeout: timeoutMs });
}
