/** One run of the command line: parse, do, and turn whatever went wrong into one line, hints and an exit status. */
import { type Command, CommanderError } from "commander";
import { LacreError } from "../src/errors.ts";
import { printableName } from "../src/model/index.ts";
import { EXIT, EXIT_CODES } from "../src/node/exit-status.ts";
import { systemError } from "../src/node/file-error.ts";
import type { CommandContext, Ending } from "./context.ts";
import { createProgram } from "./program.ts";

/** Where a bug is reported, named only when one was met. */
const REPORT = "this is a bug in lacre; please report it with the command you ran, without any secret";

/** Where no terminal says how wide it is. */
const HELP_COLUMNS = 80;

function complain(say: (talk: string) => void, error: LacreError): void {
  // One line each: a name of the repository cannot bring a line of its own.
  say(`lacre: error: ${printableName(error.message)}`);
  if (error.hint !== undefined) say(`hint: ${printableName(error.hint)}`);
}

/** Help is a result as others are: it goes where they go, and is as wide. */
function takeHelp(
  command: Command,
  { terminal }: Pick<CommandContext, "terminal">,
  take: (help: string) => void,
): void {
  const width = () => terminal.columns ?? HELP_COLUMNS;
  command.configureOutput({ writeOut: take, getOutHelpWidth: width, getErrHelpWidth: width });
  for (const child of command.commands) takeHelp(child, { terminal }, take);
}

async function perform(args: readonly string[], context: CommandContext): Promise<number> {
  const outcome: Ending = { status: EXIT.fine };
  const words = args.length === 0 ? ["--help"] : [...args];
  const program = await createProgram(context, outcome, words);
  const help: string[] = [];
  takeHelp(program, context, (text) => help.push(text));
  try {
    await program.parseAsync(words, { from: "user" });
    return outcome.status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    await context.print(help.join(""));
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  }
}

/** Runs with the arguments after the program's name and gives the exit status. Never throws, and ends no process. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    return await perform(args, context);
  } catch (error) {
    const known = error instanceof LacreError ? error : systemError(error);
    if (known !== undefined) {
      complain(context.say, known);
      return EXIT_CODES[known.code];
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
