/** How `lacre keys backup verify` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, json, unlockOptions, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const verify = new Command("verify")
    .description("prove a backup: open it in memory and derive every key id again; nothing is written")
    .argument("<file>", "what lacre keys backup wrote")
    .option("--against <file>", "key list whose keys must all be in it, such as keys/prod.keys")
    .addOption(json());
  return withOptions(verify, ...unlockOptions())
    .action(async (file, _own, command: Command) =>
      (await import("./backup-verify.ts")).verifyBackup(context, file, command.optsWithGlobals()),
    )
    .addHelpText(
      "after",
      example("lacre keys backup verify prod-2026-11-24.age --identity recovery.key --against keys/prod.keys"),
    );
}
