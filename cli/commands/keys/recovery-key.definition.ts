/** How `lacre keys recovery-key` is called. */
import { Command, Option } from "commander";
import type { CommandContext } from "../../context.ts";
import { example } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const number = (text: string) => Number(text);
  return new Command("recovery-key")
    .description("make a key that opens backups, in one file or in shares; its recipient goes to stdout")
    .requiredOption("-o, --output <path>", "new 0600 file; with --shares the directory of the shares")
    .addOption(new Option("--shares <n>", "split it into n shares").argParser(number))
    .addOption(new Option("--threshold <k>", "of which k give it back").argParser(number))
    .action(async (options) => (await import("./recovery-key.ts")).makeRecovery(context, options))
    .addHelpText(
      "after",
      example(
        "lacre keys recovery-key -o recovery.key > recovery.pub",
        "lacre keys recovery-key --shares 5 --threshold 3 -o shares/ > recovery.pub",
      ),
    );
}
