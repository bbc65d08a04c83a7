/** How `lacre keys compromised` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyPlace, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const compromised = new Command("compromised")
    .description("mark a key as known to others: nothing is sealed for it, and nothing opens with it any more")
    .argument("<key-id>", "eight digits or more");
  return withOptions(compromised, ...keyPlace())
    .action(async (keyId, options) => (await import("./compromised.ts")).markCompromised(context, keyId, options))
    .addHelpText("after", example("lacre keys compromised 7eb0a1b2 --context prod"));
}
