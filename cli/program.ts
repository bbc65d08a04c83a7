/** The commander tree: the commands of definitions/, their errors in one style. The work itself is loaded when it runs. */
import { Command } from "commander";
import { VERSION } from "../src/version.ts";
import type { CommandContext, Outcome } from "./context.ts";
import { keysCommand } from "./definitions/keys.ts";
import { example } from "./definitions/options.ts";
import { completionCommand, mergeDriverCommand, textconvCommand } from "./definitions/plumbing.ts";
import { execCommand, inspectCommand, openCommand, resealCommand } from "./definitions/reading.ts";
import { diffCommand, doctorCommand, initCommand, syncCommand, verifyCommand } from "./definitions/repository.ts";
import { editCommand, sealCommand, setCommand, unsetCommand } from "./definitions/sealing.ts";

/** Makes usage errors look like all others: one line, a hint, status 2. */
function styleErrors(command: Command, context: CommandContext): void {
  command.exitOverride();
  command.configureOutput({
    writeErr: (text) => {
      if (text.startsWith("Usage:")) {
        context.say(text.trimEnd());
        return;
      }
      const [message = "", ...rest] = text
        .replace(/^error: /, "")
        .trim()
        .split("\n");
      context.say(`lacre: error: ${message}`);
      const suggestion = rest
        .join(" ")
        .trim()
        .replace(/^\(|\)$/g, "");
      context.say(`hint: ${suggestion || `see: ${commandPath(command)} --help`}`);
    },
  });
  for (const child of command.commands) styleErrors(child, context);
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** Makes each command of the tree; only those that are asked for. */
function builders(
  context: CommandContext,
  outcome: Outcome,
  program: Command,
): Readonly<Record<string, () => Command>> {
  return {
    keys: () => keysCommand(context),
    seal: () => sealCommand(context),
    set: () => setCommand(context),
    unset: () => unsetCommand(context),
    edit: () => editCommand(context),
    open: () => openCommand(context),
    inspect: () => inspectCommand(context),
    reseal: () => resealCommand(context, outcome),
    exec: () => execCommand(context, outcome),
    sync: () => syncCommand(context, outcome),
    init: () => initCommand(context),
    verify: () => verifyCommand(context, outcome),
    diff: () => diffCommand(context, outcome),
    doctor: () => doctorCommand(context),
    "merge-driver": () => mergeDriverCommand(context, outcome),
    textconv: () => textconvCommand(context),
    completion: () => completionCommand(context, program),
  };
}

/**
 * The tree for one run. Where the first argument names a command, only that one is built: the others cost time and could
 * not be reached. Commands that end well with a status of their own put it into `outcome`.
 */
export function createProgram(context: CommandContext, outcome: Outcome, args: readonly string[]): Command {
  const program = new Command("lacre")
    .description(
      "Keeps secrets in Git: seal with a public key, commit, and let the controller open them where they run.",
    )
    .version(VERSION, "-V, --version")
    .addHelpText(
      "after",
      example("lacre init", "lacre seal --in-place secrets/", "lacre set secrets/db.yaml PASSWORD"),
    );
  const all = builders(context, outcome, program);
  const wanted = args[0] ?? "";
  const isOne = Object.hasOwn(all, wanted) && wanted !== "completion";
  for (const name of isOne ? [wanted] : Object.keys(all)) program.addCommand((all[name] as () => Command)());
  styleErrors(program, context);
  return program;
}
