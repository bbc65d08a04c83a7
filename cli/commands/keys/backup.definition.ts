/** How `lacre keys backup` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyPlace, repeated, withOptions } from "../../options.ts";
import { define as defineVerify } from "./backup-verify.definition.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const backup = new Command("backup")
    .description("write a backup of the private keys: an age file, for recovery keys or a passphrase")
    .option("-o, --output <file>", "new file to write, - for standard output")
    .addOption(repeated("-r, --recipient <age1pq1...>", "with --key-file: who can open it, or a file of them; repeat"))
    .option("--passphrase", "with --key-file: lock it with a passphrase that is asked for")
    .option("--passphrase-file <file>", "with --key-file: lock it with the passphrase in a 0600 file");
  withOptions(backup, ...keyPlace())
    .action(async (options) => {
      if (options.output === undefined) backup.error("error: required option '-o, --output <file>' not specified");
      await (await import("./backup.ts")).backupKeys(context, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre keys backup --context prod -o prod-2026-11-24.age",
        "lacre keys backup --key-file ~/prod.key -r recovery.pub -o prod-2026-11-24.age",
        "lacre keys backup verify prod-2026-11-24.age --identity recovery.key --against keys/prod.keys",
      ),
    );
  backup.addCommand(defineVerify(context));
  return backup;
}
