/** How `lacre keys destroy` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, keyPlace, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const destroy = new Command("destroy")
    .description("destroy a key that nothing needs any more: what is left in Git's history opens with nothing then")
    .argument("<key-id>", "eight digits or more; all 32 with --force")
    .argument("[path...]", "SealedSecrets or directories of them that could still need it");
  return withOptions(destroy, ...keyPlace())
    .option("--force", "although it is needed: what is sealed for it is lost for good")
    .action(async (keyId, paths, options) => (await import("./destroy.ts")).destroyKey(context, keyId, paths, options))
    .addHelpText(
      "after",
      example(
        "lacre keys destroy 7eb0a1b2 secrets/ --context prod",
        "lacre keys destroy 7eb0a1b2 secrets/ -k ~/prod.key",
      ),
    );
}
