/** How `lacre unset` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { example, object } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("unset")
    .description("remove one entry of a SealedSecret")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key to remove")
    .addOption(object())
    .action(async (file, key, options) => (await import("./unset.ts")).unsetEntry(context, file, key, options))
    .addHelpText("after", example("lacre unset db.yaml OLD_PASSWORD"));
}
