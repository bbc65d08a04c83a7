/** The effects that commands get: everything about the process they run in, so that tests can stand in for it. */
import type { Engine } from "../src/crypto/index.ts";
import { LacreError } from "../src/errors.ts";
import { printableName, printableTalk } from "../src/model/index.ts";

/** One process: its environment, its three streams and its clock. */
export type CommandContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** All of standard input. */
  readonly readStdin: () => Promise<Uint8Array>;
  /** Writes a result to standard output. */
  readonly print: (result: string | Uint8Array) => Promise<void>;
  /** Writes a line of talk to standard error. */
  readonly say: (talk: string) => void;
  /** Overwrites one line on standard error while work goes on; shown only on a terminal. */
  readonly progress: (talk: string) => void;
  /** The fastest engine of this runtime, loaded on first use. */
  readonly engine: () => Promise<Engine>;
};

/** How a command ended without an error: a command that ends well with a status of its own puts it here. */
export type Outcome = { status: number };

/** Unix seconds, as tokens carry them. */
export function unixSeconds(context: CommandContext): bigint {
  return BigInt(Math.floor(context.nowMs() / 1000));
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function write(stream: NodeJS.WriteStream, result: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(result, (error) => {
      if (!error) resolve();
      else reject(outputError(error));
    });
  });
}

// A stream turns a string into bytes as a whole: in slices, a large result is never in memory twice.
const SLICE_CHARACTERS = 1 << 20;

async function writeInSlices(stream: NodeJS.WriteStream, result: string | Uint8Array): Promise<void> {
  if (typeof result !== "string") return write(stream, result);
  for (let at = 0; at < result.length; ) {
    // Never between the two halves of one character.
    const end = at + SLICE_CHARACTERS;
    const isSplit = /[\ud800-\udbff]/.test(result[end - 1] ?? "");
    const next = isSplit ? end + 1 : end;
    await write(stream, result.slice(at, next));
    at = next;
  }
}

function outputError(error: NodeJS.ErrnoException): LacreError {
  const closed = error.code === "EPIPE";
  return new LacreError(
    "OUTPUT_FAILED",
    closed ? "the reader of the output has gone" : "standard output cannot be written",
    {
      hint: closed ? "let the next command read to the end, or write to a file" : "is the disk full?",
      cause: error,
    },
  );
}

/** The context of the process that runs. */
export function processContext(): CommandContext {
  const terminal = {
    stdin: process.stdin.isTTY === true,
    stdout: process.stdout.isTTY === true,
    stderr: process.stderr.isTTY === true,
  };
  // The write's own callback reports the failure; without a listener the event would end the process first.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  return {
    env: process.env,
    cwd: process.cwd(),
    terminal,
    nowMs: Date.now,
    readStdin: () => readAll(process.stdin),
    print: (result) => writeInSlices(process.stdout, result),
    say: (talk) => void process.stderr.write(`${printableTalk(talk)}\n`),
    progress: (talk) => {
      if (terminal.stderr) process.stderr.write(`\r\x1b[2K${printableName(talk)}`);
    },
    engine: async () => (await import("../src/node/engine.ts")).loadEngine(),
  };
}
