/** How `lacre textconv` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { example } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("textconv")
    .description("Git's view of a sealed file for diffs: age, scope and key ids instead of tokens")
    .argument("<file>", "file to show")
    .action(async (file) => (await import("./textconv.ts")).textconv(context, file))
    .addHelpText("after", example('git config diff.lacre.textconv "lacre textconv"'));
}
