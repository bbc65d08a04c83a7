/** One run of the command line: parse, do, and turn whatever went wrong into one line, hints and an exit status. */
import { CommanderError } from "commander";
import { LacreError } from "../src/errors.ts";
import { printableName } from "../src/model/index.ts";
import { EXIT, EXIT_CODES } from "../src/node/exit-status.ts";
import { type Outcome, processContext } from "./context.ts";
import { createProgram } from "./program.ts";

/** Where a bug is reported, named only when one was met. */
const REPORT = "this is a bug in lacre; please report it with the command you ran, without any secret";

function complain(say: (talk: string) => void, error: LacreError): void {
  // One line each: a name of the repository cannot bring a line of its own.
  say(`lacre: error: ${printableName(error.message)}`);
  if (error.hint !== undefined) say(`hint: ${printableName(error.hint)}`);
}

/** Runs with the arguments after the program's name and gives the exit status. Never throws. */
export async function run(args: readonly string[]): Promise<number> {
  const context = processContext();
  const outcome: Outcome = { status: EXIT.fine };
  // A handler keeps the default action from cutting a write in two: synchronous work ends first, then this runs.
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.on(signal, () => process.exit(128 + number));
  }
  try {
    const words = args.length === 0 ? ["--help"] : [...args];
    const program = await createProgram(context, outcome, words);
    await program.parseAsync(words, { from: "user" });
    return outcome.status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    if (error instanceof LacreError) {
      complain(context.say, error);
      return EXIT_CODES[error.code];
    }
    // Neither the message nor the stack of a foreign error is shown: either may quote what was being read.
    context.say(`lacre: error: unexpected ${error instanceof Error ? error.name : typeof error}`);
    context.say(`hint: ${REPORT}`);
    if (context.env["LACRE_DEBUG"] && error instanceof Error) context.say(frames(error));
    return EXIT.bug;
  }
}

/** The stack without the message. */
function frames(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at "))
    .join("\n");
}
