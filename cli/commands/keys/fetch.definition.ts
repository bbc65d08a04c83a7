/** How `lacre keys fetch` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { clusterOptions, environment, example, keyNamespace, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const fetch = new Command("fetch")
    .description("get a cluster's signed public keys, check who signed them, and put them into the repository")
    .addOption(environment())
    .addOption(keyNamespace())
    .option("--from <file>", "a key list from elsewhere, - for standard input, instead of the cluster")
    .option("-o, --output <file>", "file to write, - for standard output; default: keys/CLUSTER.keys")
    .option("--fingerprint <fingerprint>", "what who runs the cluster told you: takes the place of what was pinned");
  return withOptions(fetch, ...clusterOptions())
    .action(async (options) => (await import("./fetch.ts")).fetchKeys(context, options))
    .addHelpText(
      "after",
      example("lacre keys fetch --context prod", "curl -fsS http://127.0.0.1:9808/v1/keys | lacre keys fetch --from -"),
    );
}
