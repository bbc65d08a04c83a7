/** How `lacre inspect` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { example, json } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("inspect")
    .description("show keys, scope, age and recipients of sealed files; needs no key and shows no value")
    .argument("[file...]", "SealedSecret manifests or directories; none or - for standard input")
    .addOption(json())
    .action(async (files, options) => (await import("./inspect.ts")).inspect(context, files, options))
    .addHelpText("after", example("lacre inspect db.yaml"));
}
