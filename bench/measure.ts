/** Timing whole commands and single calls: both sides take turns, so that a noisy moment hits both. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A command to time. prepare runs before each time and is not counted. */
export type Timed = {
  readonly command: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: () => void;
};

/** The middle of an odd number of values. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** Runs a command with files for its streams; milliseconds. Throws when it fails. */
export function timeOnce({ command, stdin, stdout, env, prepare }: Timed): number {
  prepare?.();
  const input = stdin === undefined ? "ignore" : fs.openSync(stdin, "r");
  const output = stdout === undefined ? "ignore" : fs.openSync(stdout, "w");
  const started = performance.now();
  const [program = "", ...args] = command;
  const result = spawnSync(program, args, { stdio: [input, output, "pipe"], env: { ...process.env, ...env } });
  const took = performance.now() - started;
  for (const descriptor of [input, output]) if (typeof descriptor === "number") fs.closeSync(descriptor);
  if (result.status !== 0)
    throw new Error(`${path.basename(program)} failed: ${result.error?.message ?? result.stderr}`);
  return took;
}

/** Medians of commands that take turns, in milliseconds. */
export function timeInTurns(commands: readonly Timed[], rounds: number): readonly number[] {
  const times: number[][] = commands.map(() => []);
  for (const command of commands) timeOnce(command);
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) times[index]?.push(timeOnce(command));
  }
  return times.map(median);
}

/** Microseconds a call, the median of rounds that take turns. */
export function timeCalls(calls: readonly (() => unknown)[], count: number, rounds: number): readonly number[] {
  const times: number[][] = calls.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, call] of calls.entries()) {
      const started = performance.now();
      for (let i = 0; i < count; i++) call();
      // The first round warms up.
      if (round >= 0) times[index]?.push(((performance.now() - started) * 1000) / count);
    }
  }
  return times.map(median);
}

/** What a Node command used, its own children apart. wallMs is a little longer than without being watched. */
export type Usage = { readonly peakMiB: number; readonly cpuMs: number; readonly wallMs: number };

/** Runs a Node command once and gives what it used. */
function usageOf(timed: Timed): Usage {
  const file = path.join(os.tmpdir(), `lacre-bench-usage-${process.pid}`);
  const [program = "", ...args] = timed.command;
  const hook = path.join(import.meta.dirname, "usage.cjs");
  const env = { ...timed.env, BENCH_USAGE: file };
  const wallMs = timeOnce({ ...timed, command: [program, "--require", hook, ...args], env });
  const { peakKiB, cpuMs } = JSON.parse(fs.readFileSync(file, "utf8")) as { peakKiB: number; cpuMs: number };
  fs.rmSync(file);
  return { peakMiB: peakKiB / 1024, cpuMs, wallMs };
}

/** Peak memory of a Node command in MiB. */
export function peakMemory(timed: Timed): number {
  return usageOf(timed).peakMiB;
}

/** What commands use that take turns: of each the median processor time and the median time on the wall. */
export function usageInTurns(commands: readonly Timed[], rounds: number): readonly Pick<Usage, "cpuMs" | "wallMs">[] {
  const used: Usage[][] = commands.map(() => []);
  for (const command of commands) timeOnce(command);
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) used[index]?.push(usageOf(command));
  }
  return used.map((all) => ({
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    wallMs: median(all.map(({ wallMs }) => wallMs)),
  }));
}
