/** The commander tree: one row a command, whose definition lies beside it, and their errors in one style. */
import { Command, type CommanderError } from "commander";
import { repeatable } from "../src/model/index.ts";
import { VERSION } from "../src/version.ts";
import type { CommandContext, Ending } from "./context.ts";
import { example, NO_ARGUMENT } from "./options.ts";

/** What a definition exports. A command that ends well with a status of its own puts it into the outcome. */
type Definition = { readonly define: (context: CommandContext, outcome: Ending) => Command };

/** The commands, in the order of the help. A definition is loaded when its command is asked for, and its work when it runs. */
const COMMANDS: Readonly<Record<string, () => Promise<Definition>>> = {
  keys: () => import("./commands/keys.definition.ts"),
  seal: () => import("./commands/seal.definition.ts"),
  set: () => import("./commands/set.definition.ts"),
  unset: () => import("./commands/unset.definition.ts"),
  edit: () => import("./commands/edit.definition.ts"),
  open: () => import("./commands/open.definition.ts"),
  inspect: () => import("./commands/inspect.definition.ts"),
  reseal: () => import("./commands/reseal.definition.ts"),
  exec: () => import("./commands/exec.definition.ts"),
  sync: () => import("./commands/sync.definition.ts"),
  init: () => import("./commands/init.definition.ts"),
  verify: () => import("./commands/verify.definition.ts"),
  diff: () => import("./commands/diff.definition.ts"),
  doctor: () => import("./commands/doctor.definition.ts"),
  "merge-driver": () => import("./commands/merge-driver.definition.ts"),
  textconv: () => import("./commands/textconv.definition.ts"),
  completion: () => import("./commands/completion.definition.ts"),
};

/** Makes usage errors look like all others: one line, a hint, status 2. */
function styleErrors(command: Command, context: CommandContext): void {
  command.exitOverride((error) => {
    if (error.exitCode !== 0 && error.code !== "commander.help") tell(command, context, error);
    throw error;
  });
  // Told above, where the error says what it is; what is left is help.
  command.configureOutput({ outputError: () => undefined, writeErr: (text) => context.say(text.trimEnd()) });
  for (const child of command.commands) styleErrors(child, context);
}

function tell(command: Command, context: CommandContext, error: CommanderError): void {
  const [message = "", ...rest] = withoutValues(command, error).split("\n");
  context.say(`lacre: error: ${message}`);
  const suggestion = rest
    .join(" ")
    .trim()
    .replace(/^\(|\)$/g, "");
  context.say(`hint: ${suggestion || `see: ${commandPath(command)} --help`}`);
}

/** The parser's message without what may be a value: surplus arguments, what follows `=`, `:` or a short option. */
function withoutValues(command: Command, { code, message }: CommanderError): string {
  const text = message.replace(/^error: /, "").trim();
  switch (code) {
    case "commander.excessArguments": {
      const most = command.registeredArguments.length;
      return `too many arguments: ${commandPath(command)} takes ${most === 0 ? "none" : most}\n${NO_ARGUMENT}`;
    }
    case "commander.unknownOption": {
      const [, given = "", suggestion = ""] =
        /^unknown option '([\s\S]*?)'(\n\(Did you mean .*\?\))?$/.exec(text) ?? [];
      return `unknown option '${given.startsWith("--") ? repeatable(given) : given.slice(0, 2)}'${suggestion}`;
    }
    case "commander.invalidArgument":
      return text.replace(/ argument '[\s\S]*' is invalid\. /, " does not take this. ");
    case "commander.unknownCommand":
      return text.replace(/[=:][^']*(?=')/, "...");
    default:
      return text;
  }
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** The rows that a run needs. Where the first argument names a command, the others could not be reached; completion names all. */
function rowsFor(wanted: string): readonly (() => Promise<Definition>)[] {
  const row = Object.hasOwn(COMMANDS, wanted) && wanted !== "completion" ? COMMANDS[wanted] : undefined;
  return row === undefined ? Object.values(COMMANDS) : [row];
}

/** The tree for one run: whole, or of the one command that the first argument names. */
export async function createProgram(
  context: CommandContext,
  outcome: Ending,
  args: readonly string[],
): Promise<Command> {
  const program = new Command("lacre")
    .description(
      "Keeps secrets in Git: seal with a public key, commit, and let the controller open them where they run.",
    )
    .version(VERSION, "-V, --version")
    .addHelpText(
      "after",
      example("lacre init", "lacre seal --in-place secrets/", "lacre set secrets/db.yaml PASSWORD"),
    );
  const definitions = await Promise.all(rowsFor(args[0] ?? "").map((load) => load()));
  for (const { define } of definitions) program.addCommand(define(context, outcome));
  styleErrors(program, context);
  return program;
}
