/** A process that a test makes up: what a command is given, and what it printed and said. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, type CommandContext, createContext, type Program } from "../../cli/context.ts";
import { commandError, statusOf } from "../../cli/terminal/child.ts";
import { LacreError } from "../../src/errors.ts";
import { loadEngine } from "../../src/node/engine.ts";

/** The built programs, for what a command starts beside itself: the controller, threads, and hooks of Git. */
export const DIST: string = path.join(import.meta.dirname, "../../dist");

/** What the process is given. */
export type Given = {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** The answers of somebody at a terminal, one for each question. Without them there is no terminal. */
  readonly typed?: readonly string[];
  /** Without it, the machine's. Of one that jumps waiting moves the hand, and takes no time. */
  readonly clock?: "jumping";
  /** How far the clock is ahead of the machine's, in milliseconds. */
  readonly aheadMs?: number;
};

/** A context, and what came out of it. */
export type TestContext = {
  readonly context: CommandContext;
  readonly stdout: () => Buffer;
  readonly stderr: () => string;
  /** Both, as they came. */
  readonly screen: () => string;
  /** Does what a process does at its end. */
  readonly end: () => void;
};

/** What a command starts is the built program, as it would be without the test. */
const BUILT: Program = {
  startOf: (part) => ({
    command: process.execPath,
    args: [path.join(DIST, part === "cli" ? "cli/main.cjs" : "controller/main.js")],
  }),
  verifyThread: () => ({ kind: "file", file: path.join(DIST, "cli/verify-worker.cjs") }),
};

/** A context that shares nothing with the process of the test but its files, its user and its clock. */
export function testContext({ cwd, env = {}, input = "", typed, clock, aheadMs = 0 }: Given): TestContext {
  const output: { readonly stream: "stdout" | "stderr"; readonly bytes: Buffer }[] = [];
  const print = (result: string | Uint8Array) => void output.push({ stream: "stdout", bytes: Buffer.from(result) });
  const say = (text: string | Uint8Array) => void output.push({ stream: "stderr", bytes: Buffer.from(text) });
  const written = (...streams: readonly string[]) =>
    Buffer.concat(output.filter(({ stream }) => streams.includes(stream)).map(({ bytes }) => bytes));
  const atExit = new Set<() => void>();
  let jumpedMs = aheadMs;
  const answers = [...(typed ?? [])];
  let unread = Buffer.from(input);
  const takeInput = () => {
    const taken = unread;
    unread = Buffer.alloc(0);
    return taken;
  };
  const start = ({ command, args, env: own }: Child, stdin: Buffer) => {
    const child = spawn(command, [...args], { cwd, env: { ...own }, stdio: ["pipe", "pipe", "pipe"] });
    child.stderr.on("data", say);
    // Not every program reads what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    return child;
  };
  const isTerminal = typed !== undefined;
  const context = createContext({
    env,
    cwd,
    uid: process.geteuid?.(),
    program: BUILT,
    terminal: { stdin: isTerminal, stdout: false, stderr: isTerminal },
    nowMs: () => Date.now() + jumpedMs,
    sleep: async (durationMs) => {
      if (clock === "jumping") jumpedMs += durationMs;
      else await sleep(durationMs);
    },
    readStdin: () => Promise.resolve(takeInput()),
    print: (result) => Promise.resolve(print(result)),
    writeError: say,
    askHidden: (question) => {
      say(`${question}\n`);
      const answer = answers.shift();
      if (answer !== undefined) return Promise.resolve({ text: answer, manner: "typed" });
      return Promise.reject(new LacreError("INPUT_EMPTY", "no value was typed", { hint: "nothing was changed" }));
    },
    askLine: (question) => {
      const answer = answers.shift();
      // The terminal shows what is typed, and the end of its line.
      if (isTerminal) say(`${question}${answer ?? ""}\n`);
      return Promise.resolve(answer);
    },
    runChild: async (one) => {
      const child = start(one, takeInput());
      child.stdout.on("data", print);
      try {
        const [status, signal] = await once(child, "close");
        return statusOf(status, signal);
      } catch (cause) {
        throw commandError(one.command, cause);
      }
    },
    readChild: async (one) => {
      const child = start(one, Buffer.alloc(0));
      const printed: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
      const [status] = await once(child, "close");
      return { status: status ?? undefined, stdout: Buffer.concat(printed).toString() };
    },
    onExit: (work) => {
      atExit.add(work);
      return () => atExit.delete(work);
    },
    engine: loadEngine,
  });
  return {
    context,
    stdout: () => written("stdout"),
    stderr: () => written("stderr").toString(),
    screen: () => written("stdout", "stderr").toString(),
    end: () => {
      for (const work of atExit) work();
    },
  };
}
