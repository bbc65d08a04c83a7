/** Which test files take the time of `npm test`: told at its end, so that a slow one is seen when it is written. */
import * as path from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";

/** The time of one test file, its imports and set-up included. */
export type FileTime = { readonly project: string; readonly file: string; readonly seconds: number };

const SLOW_SECONDS = 10;

/** The lines about files of over ten seconds, the slowest first, each with its share of the time of all; none, where all are quick. */
export function slowFiles(times: readonly FileTime[]): readonly string[] {
  const slow = times.filter(({ seconds }) => seconds > SLOW_SECONDS).sort((a, b) => b.seconds - a.seconds);
  if (slow.length === 0) return [];
  const all = total(times);
  const share = (seconds: number) => `${Math.round((seconds / all) * 100)} %`.padStart(5);
  const row = (seconds: number, text: string) => `${seconds.toFixed(0).padStart(6)} s ${share(seconds)}  ${text}`;
  return [
    `Files of over ${SLOW_SECONDS} s, and their share of the ${all.toFixed(0)} s of all ${times.length}:`,
    ...slow.map(({ project, file, seconds }) => row(seconds, `${project}  ${file}`)),
    row(total(slow), "together"),
  ];
}

function total(times: readonly FileTime[]): number {
  return times.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Prints them when all has run. */
export class SlowFilesReporter implements Reporter {
  #root = "";

  onInit({ config }: Vitest): void {
    this.#root = config.root;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = slowFiles(modules.map((module) => this.#timeOf(module)));
    if (lines.length > 0) console.log(`\n${lines.join("\n")}`);
  }

  #timeOf(module: TestModule): FileTime {
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    return {
      project: module.project.name,
      file: path.relative(this.#root, module.moduleId),
      seconds: (collectDuration + setupDuration + duration) / 1000,
    };
  }
}
