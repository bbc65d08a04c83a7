/** Running another program: in our place, when its streams are ours and so is its end, or for what it prints. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import { LacreError } from "../../src/errors.ts";
import type { Child, ChildOutput } from "../context.ts";

/** What can be passed on. SIGTSTP stops us too; who only wants to be told of a window or of going on is told twice without harm. */
const FORWARDED = [
  "SIGINT",
  "SIGQUIT",
  "SIGTSTP",
  "SIGTERM",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGWINCH",
  "SIGCONT",
] as const;

/** A terminal sends what is typed on it to the child as well: it must not come twice. */
const TYPED: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT", "SIGTSTP"]);

/** The exit status as shells have it: 128 + n after signal n. */
export function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal === null ? 0 : os.constants.signals[signal]);
}

/** COMMAND_FAILED for a program that could not be started. */
export function commandError(command: string, cause: unknown): LacreError {
  return new LacreError("COMMAND_FAILED", `${command} cannot be run`, {
    hint: "is it installed and in PATH?",
    cause,
  });
}

/** Waits for the program and gives its exit status. Signals sent to us alone are passed on. COMMAND_FAILED. */
export function runChild({ command, args, env }: Child): Promise<number> {
  // While the child runs, signals are its business: our own handlers would end us before it.
  const ours = FORWARDED.map((signal) => [signal, process.rawListeners(signal) as (() => void)[]] as const);
  const restore = () => {
    for (const [signal, listeners] of ours) {
      process.removeAllListeners(signal);
      for (const listener of listeners) process.on(signal, listener);
    }
  };
  let child: ChildProcess | undefined;
  // Before it starts: it may be sent a signal as soon as it runs, and what comes meanwhile is heard after this function.
  for (const [signal] of ours) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (!TYPED.has(signal) || process.stdin.isTTY !== true) child?.kill(signal);
      if (signal === "SIGTSTP") process.kill(process.pid, "SIGSTOP");
    });
  }
  return new Promise<number>((resolve, reject) => {
    child = spawn(command, [...args], { stdio: "inherit", env: { ...env } });
    child.once("error", (error) => reject(commandError(command, error)));
    child.once("exit", (status, signal) => resolve(statusOf(status, signal)));
  }).finally(restore);
}

/** Waits for the program and gives what it printed. Its complaints are ours. */
export async function readChild({ command, args, env }: Child): Promise<ChildOutput> {
  const options: SpawnOptions = { stdio: ["ignore", "pipe", "inherit"], env: { ...env } };
  const child = spawn(command, [...args], options);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [status] = await once(child, "close");
  return { status: status ?? undefined, stdout: Buffer.concat(chunks).toString() };
}
