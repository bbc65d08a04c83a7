/** How `lacre keys restore` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyPlace, unlockOptions, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const restore = new Command("restore")
    .description("put the keys of a backup into a new key file, or into a cluster that has none")
    .argument("<file>", "what lacre keys backup wrote");
  return withOptions(restore, ...unlockOptions(), ...keyPlace())
    .action(async (file, options) => (await import("./restore.ts")).restoreKeys(context, file, options))
    .addHelpText(
      "after",
      example(
        "lacre keys restore prod-2026-11-24.age --identity recovery.key --context prod",
        "lacre keys restore prod-2026-11-24.age --share a.txt --share b.txt --share c.txt --key-file ~/prod.key",
      ),
    );
}
