/** Asks on the terminal: for a secret without showing it, or for a word. */
import * as fs from "node:fs";
import * as tty from "node:tty";
import { LacreError } from "../../src/errors.ts";
import { printableTalk } from "../../src/model/index.ts";
import type { HiddenAnswer } from "../context.ts";
import { HiddenInput, type HiddenState, MARKED_PASTES } from "./hidden-input.ts";

/** Of several lines that are pasted, the later ones come as one piece, or in pieces this close behind, in milliseconds. */
const REST_MS = 50;

/**
 * What is typed or pasted on the terminal, hidden. Ctrl-C ends the process as it does elsewhere. Several lines are taken whole
 * where the terminal marks what is pasted, and refused with INPUT_EMPTY where it does not.
 */
export async function askHidden(question: string): Promise<HiddenAnswer> {
  const { stdin, stderr } = process;
  // First, so that a quick answer to the question is not shown by the terminal itself.
  stdin.setRawMode(true);
  stderr.write(`${MARKED_PASTES.on}${question}`);
  try {
    const { answer, isMoreWaiting } = await readHidden();
    const isFollowed = (isMoreWaiting || answer.manner === "pasted") && (await hasMore());
    if (!isMoreWaiting && !isFollowed) return answer;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write(`${MARKED_PASTES.off}\n`);
  }
  throw new LacreError("INPUT_EMPTY", "several lines were pasted, and this terminal does not say where they end", {
    hint: "nothing was changed; pipe the value in, or --from-file FILE",
  });
}

type Answered = Extract<HiddenState, { kind: "answered" }>;

function readHidden(): Promise<Answered> {
  const { stdin } = process;
  const input = new HiddenInput();
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      stdin.off("data", take).off("end", end);
      work();
    };
    const end = () =>
      settle(() => reject(new LacreError("INPUT_EMPTY", "no value was typed", { hint: "nothing was changed" })));
    const take = (bytes: Buffer) => {
      const state = input.feed(bytes);
      switch (state.kind) {
        case "open":
          return;
        case "answered":
          return settle(() => resolve(state));
        case "ended":
          return end();
        case "interrupted":
          stdin.setRawMode(false);
          process.stderr.write(`${MARKED_PASTES.off}\n`);
          // Now: a signal comes later, when the answer that is missing would have ended the process as an error.
          process.emit("SIGINT");
          return;
        case "suspended":
          return suspend();
      }
    };
    stdin.on("data", take).once("end", end).resume();
  });
}

/** Ctrl-Z: the terminal is the shell's until we go on. */
function suspend(): void {
  process.stdin.setRawMode(false);
  process.stderr.write(MARKED_PASTES.off);
  process.once("SIGCONT", () => {
    process.stdin.setRawMode(true);
    process.stderr.write(MARKED_PASTES.on);
  });
  process.kill(process.pid, "SIGTSTP");
}

/** True when more comes right behind an answer. It is read to its end: the shell would take the other lines for commands. */
function hasMore(): Promise<boolean> {
  const { stdin } = process;
  return new Promise((resolve) => {
    let more = false;
    const quiet = () => {
      stdin.off("data", take);
      resolve(more);
    };
    let timer = setTimeout(quiet, REST_MS);
    const take = () => {
      more = true;
      clearTimeout(timer);
      timer = setTimeout(quiet, REST_MS);
    };
    stdin.on("data", take);
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
