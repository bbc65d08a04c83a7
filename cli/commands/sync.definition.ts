/** How `lacre sync` is called. */
import { Command } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { example, json, keyFile, namespace, repeated } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  return new Command("sync")
    .description("make a directory equal to what is sealed in Git, once: lacre-controller --once")
    .requiredOption("--source <source>", "such as directory:PATH or git:URL#BRANCH; lacre-controller --help has all")
    .requiredOption("--target <target>", "such as directory:PATH; lacre-controller --help has all")
    .addOption(keyFile())
    .addOption(namespace())
    .option("--state <dir>", "the controller's own files (default: TARGET/..lacre)")
    .option("--allow-empty", "remove everything when the source holds nothing")
    .addOption(repeated("--accept-scope <scope>", "also open tokens of this scope: namespace, cluster"))
    .addOption(repeated("--adopt <namespace=how>", "files that were there may be taken over there: IfUnowned, Merge"))
    .addOption(json())
    .action(async (options) => {
      outcome.status = await (await import("./sync.ts")).sync(context, options);
    })
    .addHelpText(
      "after",
      example("lacre sync --source directory:. --target directory:/run/secrets --key-file ~/prod.key"),
    );
}
