/** Asks on the terminal: for a secret without showing it, or for a word. */
import * as fs from "node:fs";
import * as readline from "node:readline";
import { Writable } from "node:stream";
import { LacreError } from "../../src/errors.ts";
import { printableTalk } from "../../src/model/index.ts";

/** One line typed on the terminal, hidden. Ctrl-C ends the process as it does elsewhere. */
export function askHidden(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // First, so that a quick answer to the question is not shown by the terminal itself.
  const reader = readline.createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    let answer: string | undefined;
    reader.once("line", (line) => {
      answer = line;
      reader.close();
    });
    reader.once("SIGINT", () => {
      reader.close();
      // Now: a signal comes later, when the answer that is missing would have ended the process as an error.
      process.emit("SIGINT");
    });
    reader.once("close", () => {
      process.stderr.write("\n");
      if (answer === undefined)
        reject(new LacreError("INPUT_EMPTY", "no value was typed", { hint: "nothing was changed" }));
      else resolve(answer);
    });
  });
}

const LINE_FEED = 10;
/** Bytes; nobody means a longer answer. */
const MAX_ANSWER = 4096;

/** One line from the terminal itself, because standard input may be what is to be sealed. undefined where there is none. */
export function askLine(question: string): string | undefined {
  try {
    dropTypedAhead();
    const descriptor = fs.openSync("/dev/tty", fs.constants.O_RDONLY | fs.constants.O_NOCTTY);
    try {
      process.stderr.write(printableTalk(question));
      return readLine(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // No terminal, or one that this process may not read from: in the background.
    return undefined;
  }
}

function readLine(descriptor: number): string {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  while (bytes.length < MAX_ANSWER && fs.readSync(descriptor, one) === 1 && one[0] !== LINE_FEED) {
    bytes.push(one[0] ?? LINE_FEED);
  }
  return Buffer.from(bytes).toString("utf8").trim();
}

/** What was typed before the question was there is no answer to it. */
function dropTypedAhead(): void {
  const { O_RDONLY, O_NOCTTY, O_NONBLOCK } = fs.constants;
  const descriptor = fs.openSync("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK);
  try {
    while (fs.readSync(descriptor, new Uint8Array(MAX_ANSWER)) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}
