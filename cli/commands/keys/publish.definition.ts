/** How `lacre keys publish` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("publish")
    .description("print the signed public key list of a key store")
    .requiredOption("-k, --key-file <file>", "key store of a standalone controller")
    .option("-o, --output <file>", "file to write; default: standard output")
    .action(async (options) => (await import("./publish.ts")).publishKeys(context, options))
    .addHelpText("after", example("lacre keys publish --key-file ~/prod.key -o keys/prod.keys"));
}
