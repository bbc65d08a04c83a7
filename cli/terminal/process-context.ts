/** The context of the process that runs. The only place where a command's world is the process's own. */
import { setTimeout as sleep } from "node:timers/promises";
import { startOf, verifyThread } from "../../src/node/program.ts";
import { type CommandContext, createContext } from "../context.ts";
import { writeOutput } from "./output.ts";

function onExit(work: () => void): () => void {
  process.once("exit", work);
  return () => process.off("exit", work);
}

/** Made once in a process. What few commands need is loaded when it is asked for. */
export function processContext(): CommandContext {
  const { stdin, stdout, stderr } = process;
  // The write's own callback reports the failure; without a listener the event would end the process first.
  stdout.on("error", () => undefined);
  stderr.on("error", () => undefined);
  const isSeen = stderr.isTTY === true;
  return createContext({
    env: process.env,
    cwd: process.cwd(),
    uid: process.geteuid?.(),
    program: { startOf, verifyThread },
    terminal: {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      stderr: isSeen,
      columns: stdout.columns,
    },
    nowMs: Date.now,
    sleep,
    readStdin: async () => (await import("../files/slow-input.ts")).readStreamWhole(stdin, "standard input"),
    print: (result) => writeOutput(stdout, result),
    writeError: (text) => void stderr.write(text),
    askHidden: async (question) => (await import("./prompt.ts")).askHidden(question),
    askLine: async (question) => (isSeen ? (await import("./prompt.ts")).askLine(question) : undefined),
    runChild: async (child) => (await import("./child.ts")).runChild(child),
    readChild: async (child) => (await import("./child.ts")).readChild(child),
    onExit,
    engine: async () => (await import("../../src/node/engine.ts")).loadEngine(),
  });
}
