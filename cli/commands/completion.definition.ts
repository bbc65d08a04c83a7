/** How `lacre completion` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { example } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("completion")
    .description("print a completion script for a shell")
    .argument("<shell>", "bash, zsh or fish")
    .action(async (shell, _options, command: Command) =>
      (await import("./completion.ts")).completion(context, command.parent as Command, shell),
    )
    .addHelpText("after", example('eval "$(lacre completion bash)"'));
}
