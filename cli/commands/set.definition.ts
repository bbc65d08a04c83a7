/** How `lacre set` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { allowEmptyValue, asIs, environment, example, object, recipient, scope, signWith } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("set")
    .description("seal one value into a SealedSecret, without any private key; other lines stay as they are")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key of the value")
    .option("--from-file <file>", "file that holds the value, byte for byte; - for standard input")
    .addOption(allowEmptyValue())
    .addOption(asIs())
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(object())
    .action(async (file, key, options) => (await import("./set.ts")).setEntry(context, file, key, options))
    .addHelpText(
      "after",
      example(
        "lacre set db.yaml PASSWORD                   # asks, hidden",
        "lacre set db.yaml tls.key --from-file tls.key",
        ": | lacre set db.yaml PROXY --allow-empty-value",
        "openssl rand -hex 32 | tr -d '\\n' | lacre set db.yaml API_KEY",
      ),
    );
}
