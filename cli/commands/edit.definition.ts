/** How `lacre edit` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { asIs, environment, example, object, recipient, scope, signWith } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("edit")
    .description("change entries in $EDITOR, without any private key; sealed values show as placeholders")
    .argument("<file>", "SealedSecret manifest")
    .addOption(asIs())
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(object())
    .action(async (file, options) => (await import("./edit.ts")).edit(context, file, options))
    .addHelpText("after", example("EDITOR=vim lacre edit db.yaml"));
}
