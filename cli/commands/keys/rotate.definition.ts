/** How `lacre keys rotate` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyPlace, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const rotate = new Command("rotate").description("make a new sealing key; the old ones go on opening");
  return withOptions(rotate, ...keyPlace())
    .option("--require-backup", "with --key-file: the new key is used once lacre keys backup has run")
    .action(async (options) => (await import("./rotate.ts")).rotateKeys(context, options))
    .addHelpText("after", example("lacre keys rotate --context prod", "lacre keys rotate --key-file ~/prod.key"));
}
