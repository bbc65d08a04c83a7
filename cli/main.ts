#!/usr/bin/env node
/** The `lacre` command. What every run pays for is here: nothing else is loaded before it is known to be needed. */
import { enableCompileCache } from "node:module";
import { compiledDirectory } from "../src/node/cache-directory.ts";
import { VERSION } from "../src/version.ts";
import { MINIMUM_NODE } from "./version.ts";

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1]);
}

/**
 * Lets Node keep what it compiled, which saves a third of the start-up. It is code, so it goes to a directory that only
 * the user reaches, or nowhere: the default below /tmp is one that others could fill first. One for each command: what a
 * file's first run did not call would never be kept for the runs that do.
 */
function keepCompiledCode(command: string): void {
  const directory = compiledDirectory(process.env, command);
  if (directory !== undefined) enableCompileCache(directory);
}

/** A handler keeps the default action from cutting a write in two: synchronous work ends first, then this runs. */
function endOnSignals(): void {
  const signals = [
    ["SIGINT", 2],
    ["SIGQUIT", 3],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const;
  for (const [signal, number] of signals) process.on(signal, () => process.exit(128 + number));
}

async function main(args: readonly string[]): Promise<void> {
  if (isTooOld(process.versions.node)) {
    process.stderr.write(
      `lacre: error: this is Node ${process.versions.node}, and lacre needs ${MINIMUM_NODE.join(".")} or newer\n`,
    );
    process.stderr.write("hint: install the current LTS of Node\n");
    process.exitCode = 1;
    return;
  }
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.once("error", () => {
      process.stderr.write("lacre: error: standard output cannot be written\n");
      process.exitCode = 1;
    });
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  keepCompiledCode(/^[a-z-]{1,20}$/.test(args[0] ?? "") ? (args[0] as string) : "other");
  const { run } = await import("./run.ts");
  const { processContext } = await import("./terminal/process-context.ts");
  const context = processContext();
  endOnSignals();
  // All output is written when it ends. Leaving at once spares taking the heap down, which a short run would notice.
  process.exit(await run(args, context));
}

// No await at the top: the bundle is CommonJS.
void main(process.argv.slice(2));
