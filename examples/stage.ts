/** What the demos stand on: a temporary directory, commands shown as they are run, claims that are checked. */
import { type ChildProcess, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The root of this repository. */
export const ROOT: string = path.join(import.meta.dirname, "..");
const LACRE: string = path.join(ROOT, "dist/cli/main.cjs");
/** The built controller. */
export const CONTROLLER: string = path.join(ROOT, "dist/controller/main.js");
const WAIT_MS = 30_000;

/** Where everything happens; removed at the end. */
export const directory: string = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-demo-")));
const isTerminal = process.stdout.isTTY === true && !process.env["NO_COLOR"];

/** The environment of every command: nothing of the user's own configuration. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  XDG_CACHE_HOME: path.join(directory, "cache"),
  XDG_CONFIG_HOME: path.join(directory, "config"),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** Programs of the demo that are not in PATH. */
const programs = new Map<string, readonly string[]>([["lacre", [process.execPath, LACRE]]]);

/** Makes a name stand for a program, with arguments that are not shown. */
export function addProgram(name: string, ...command: readonly string[]): void {
  programs.set(name, command);
}

/** The next step of the story. */
export function tell(text: string): void {
  console.log(isTerminal ? `\n\x1b[1m${text}\x1b[0m` : `\n${text}`);
}

/** What a command said, cut where a line is long. */
export function showLines(text: string): void {
  for (const line of text.trimEnd().split("\n"))
    if (line !== "") console.log(`    ${line.length > 100 ? `${line.slice(0, 97)}...` : line}`);
}

const LONG_WORD = 60;

/** The words of a command as a reader would type them; public keys are cut. */
export function typed(words: readonly string[]): string {
  const shown = words.map((word) =>
    word.length > LONG_WORD && !word.includes(" ") ? `${word.slice(0, 12)}...` : word,
  );
  return shown.map((word) => (/[\s;|&$"'{}()<>]/.test(word) ? `'${word}'` : word)).join(" ");
}

/** How a command is run. into: a file for its standard output. */
export type RunOptions = {
  readonly cwd?: string;
  readonly input?: string;
  readonly into?: string;
  /** A file for its standard input, shown as `< FILE`. */
  readonly from?: string;
  /** A status that is right besides 0. */
  readonly status?: number;
};

/** Shows a command, runs it and shows what it says. A status that is not expected ends the demo. */
export function run(words: readonly string[], options: RunOptions = {}): string {
  const piped = options.input === undefined ? "" : `printf %s '${options.input}' | `;
  const from = options.from === undefined ? "" : ` < ${options.from}`;
  const into = options.into === undefined ? "" : ` > ${options.into}`;
  console.log(`  $ ${piped}${typed(words)}${from}${into}`);
  const [program = "", ...rest] = words;
  const command = [...(programs.get(program) ?? [program]), ...rest];
  const cwd = path.join(directory, options.cwd ?? ".");
  const result = spawnSync(command[0] ?? "", command.slice(1), {
    cwd,
    env: ENVIRONMENT,
    input: options.from === undefined ? (options.input ?? "") : fs.readFileSync(path.join(cwd, options.from)),
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  if (options.into === undefined) showLines(result.stdout ?? "");
  else fs.writeFileSync(path.join(cwd, options.into), result.stdout);
  showLines(result.stderr ?? "");
  if (result.status !== (options.status ?? 0))
    throw new Error(`${program} ended with status ${result.status ?? result.error?.message}`);
  return result.stdout;
}

/** Shows a claim, or ends the demo. */
export function check(claim: string, isSo: boolean): void {
  if (!isSo) throw new Error(`this should be so, and is not: ${claim}`);
  console.log(`  ✓ ${claim}`);
}

/** A claim that becomes true within half a minute. */
export async function checkSoon(claim: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isSo()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  check(claim, await isSo());
}

/** Ends a process that the demo started, and waits until it has ended. */
export async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** Plays a story and cleans up, whatever happens. */
export async function play(story: () => Promise<void>, cleanUp: () => Promise<void>): Promise<void> {
  const clean = async () => {
    await cleanUp();
    fs.rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void clean().then(() => process.exit(1));
    });
  }
  try {
    await story();
    await clean();
    tell("That is all of it. Everything the demo made has been removed; README.md goes on from here.");
  } catch (error) {
    const log = path.join(directory, "controller.log");
    if (fs.existsSync(log)) showLines(fs.readFileSync(log, "utf8"));
    console.error(`\nit stopped here: ${error instanceof Error ? error.message : String(error)}`);
    await clean();
    process.exitCode = 1;
  }
}
