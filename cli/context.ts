/** The effects that commands get: everything about the process they run in, so that tests can stand in for it. */
import type { Engine } from "../src/crypto/index.ts";
import { printableName, printableTalk } from "../src/model/index.ts";
import type { Part, Start, ThreadCode } from "../src/node/program.ts";

/** A program to run. It starts where the command runs. */
export type Child = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** What a program printed, and how it ended: undefined when a signal ended it. */
export type ChildOutput = { readonly status: number | undefined; readonly stdout: string };

/** What was said without being shown. pasted: it came in one piece, line breaks and all. */
export type HiddenAnswer = { readonly text: string; readonly manner: "typed" | "pasted" };

/** The lacre that runs: how others start it, and the code of verify's threads. */
export type Program = { readonly startOf: (part: Part) => Start; readonly verifyThread: () => ThreadCode };

/** What a context is made of: all but the talk to people, which reads the same wherever it goes. */
export type Effects = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An absolute path: whatever the user names starts from here. */
  readonly cwd: string;
  /** The user as whom files are made; undefined where a system has no owners. */
  readonly uid: number | undefined;
  readonly program: Program;
  /** Which streams are terminals, and how wide standard output is, where it is one. */
  readonly terminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
    readonly columns?: number | undefined;
  };
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** Waits, in milliseconds of that clock. */
  readonly sleep: (durationMs: number) => Promise<void>;
  /** All of standard input. */
  readonly readStdin: () => Promise<Uint8Array>;
  /** Writes a result to standard output. OUTPUT_FAILED. */
  readonly print: (result: string | Uint8Array) => Promise<void>;
  /** Writes to standard error, as it is. */
  readonly writeError: (text: string) => void;
  /** What is typed or pasted on the terminal of standard input, without showing it. INPUT_EMPTY when nothing was. */
  readonly askHidden: (question: string) => Promise<HiddenAnswer>;
  /** One line from the terminal itself; undefined where there is none, or where nobody would see the question. */
  readonly askLine: (question: string) => Promise<string | undefined>;
  /**
   * Runs a program in our place: its streams and signals are ours. Gives its exit status, 128 + n after signal n.
   * COMMAND_FAILED when it cannot be run.
   */
  readonly runChild: (child: Child) => Promise<number>;
  /** Runs a program for what it prints, with an empty standard input. Rejects with the system's error when it cannot be run. */
  readonly readChild: (child: Child) => Promise<ChildOutput>;
  /** Has something done when the process ends, also by a signal. What is given back takes that back. */
  readonly onExit: (work: () => void) => () => void;
  /** The fastest engine of this runtime, loaded on first use. */
  readonly engine: () => Promise<Engine>;
};

/** One process, as a command sees it. */
export type CommandContext = Effects & {
  /** Writes a line of talk to standard error. */
  readonly say: (talk: string) => void;
  /** Overwrites one line on standard error while work goes on; shown only on a terminal. */
  readonly progress: (talk: string) => void;
};

/** The context of these effects. What a repository calls something cannot write more than a name into the talk. */
export function createContext(effects: Effects): CommandContext {
  return {
    ...effects,
    say: (talk) => effects.writeError(`${printableTalk(talk)}\n`),
    progress: (talk) => {
      if (effects.terminal.stderr) effects.writeError(`\r\x1b[2K${printableName(talk)}`);
    },
  };
}

/** How a command ended without an error: a command that ends well with a status of its own puts it here. */
export type Ending = { status: number };

/** Unix seconds, as tokens carry them. */
export function unixSeconds(context: CommandContext): bigint {
  return BigInt(Math.floor(context.nowMs() / 1000));
}
