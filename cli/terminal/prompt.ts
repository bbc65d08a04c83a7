/** Asks on the terminal: for a secret without showing it, or for a word. */
import * as fs from "node:fs";
import * as readline from "node:readline";
import { Writable } from "node:stream";
import * as tty from "node:tty";
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

/** Characters; nobody means a longer answer. */
const MAX_ANSWER = 4096;

/** One line from the terminal itself, because standard input may be what is to be sealed. undefined where there is none. */
export async function askLine(question: string): Promise<string | undefined> {
  let terminal: tty.ReadStream;
  try {
    dropTypedAhead();
    // Read as a stream: a read that waits would keep Ctrl-C from being heard.
    terminal = new tty.ReadStream(fs.openSync("/dev/tty", fs.constants.O_RDONLY | fs.constants.O_NOCTTY));
  } catch {
    return undefined;
  }
  process.stderr.write(printableTalk(question));
  let answer = "";
  try {
    for await (const chunk of terminal) {
      answer += String(chunk);
      if (answer.includes("\n") || answer.length >= MAX_ANSWER) break;
    }
    return answer.slice(0, MAX_ANSWER).split("\n")[0]?.trim() ?? "";
  } catch {
    // One that this process may not read from: in the background.
    return undefined;
  } finally {
    terminal.destroy();
  }
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
