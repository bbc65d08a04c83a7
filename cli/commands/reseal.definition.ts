/** How `lacre reseal` is called. */
import { Command } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { environment, example, keyFile, recipient, signWith } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  return new Command("reseal")
    .description("move old tokens to the newest key, for who holds the private keys; place, scope and time stay")
    .argument("<file...>", "SealedSecrets or directories of them")
    .addOption(keyFile())
    .addOption(recipient())
    .addOption(environment())
    .addOption(signWith())
    .option("--from <file>", "take the new tokens from a reseal inside the cluster, - for standard input; needs no key")
    .option("--check", "change nothing; name the entries that are stale, and end with 4 when there are any")
    .action(async (files, options) => {
      outcome.status = await (await import("./reseal.ts")).reseal(context, files, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre reseal --check secrets/",
        "lacre reseal -k ~/old.key -r keys/prod.keys secrets/",
        "kubectl logs -n lacre-system job/lacre-reseal | lacre reseal --from - secrets/",
      ),
    );
}
