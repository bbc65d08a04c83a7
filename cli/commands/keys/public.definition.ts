/** How `lacre keys public` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyFile } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("public")
    .description("print the public key of a private key file")
    .addOption(keyFile())
    .action(async (options) => (await import("./public.ts")).printPublicKeys(context, options))
    .addHelpText("after", example("lacre keys public --key-file ~/prod.key > keys/prod.pub"));
}
