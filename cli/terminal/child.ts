/** Running another program in our place: its streams are ours, and so is its end. */
import { spawn } from "node:child_process";
import * as os from "node:os";
import { LacreError } from "../../src/errors.ts";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

/** What to run. */
export type Child = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Waits for the program and gives its exit status, 128 + n after signal n. Signals sent to us alone are passed on. */
export function runChild({ command, args, env }: Child): Promise<number> {
  const child = spawn(command, [...args], { stdio: "inherit", env: { ...env } });
  // While the child runs, signals are its business: our own handlers would end us before it.
  const ours = FORWARDED.map((signal) => [signal, process.rawListeners(signal) as (() => void)[]] as const);
  for (const [signal] of ours) {
    process.removeAllListeners(signal);
    // A terminal sends Ctrl-C to the child as well: it must not come twice.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY === true ? undefined : child.kill(signal)));
  }
  const restore = () => {
    for (const [signal, listeners] of ours) {
      process.removeAllListeners(signal);
      for (const listener of listeners) process.on(signal, listener);
    }
  };
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      restore();
      reject(
        new LacreError("COMMAND_FAILED", `${command} cannot be run`, {
          hint: "is it installed and in PATH?",
          cause: error,
        }),
      );
    });
    child.once("exit", (status, signal) => {
      restore();
      resolve(status ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
    });
  });
}
