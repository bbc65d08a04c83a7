/** Asks on the terminal: for a secret without showing it, or for a word. */
import * as readline from "node:readline";
import { Writable } from "node:stream";
import { LacreError } from "../../src/index.ts";

/** One line typed on the terminal, hidden. Ctrl-C ends the process as it would without us. */
export function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = readline.createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    let answer: string | undefined;
    reader.once("line", (line) => {
      answer = line;
      reader.close();
    });
    reader.once("SIGINT", () => {
      reader.close();
      process.kill(process.pid, "SIGINT");
    });
    reader.once("close", () => {
      process.stderr.write("\n");
      if (answer === undefined)
        reject(new LacreError("INPUT_EMPTY", "no value was typed", { hint: "nothing was changed" }));
      else resolve(answer);
    });
  });
}

/** One line typed on the terminal, shown. An end of input is an empty answer. */
export function ask(question: string): Promise<string> {
  const reader = readline.createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answer = "";
    reader.question(question, (line) => {
      answer = line;
      reader.close();
    });
    reader.once("SIGINT", () => {
      reader.close();
      process.kill(process.pid, "SIGINT");
    });
    reader.once("close", () => resolve(answer));
  });
}
