/** How `lacre diff` is called. */
import { Command } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { clusterOptions, example, json, namespace, withOptions } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  const diff = new Command("diff")
    .description("compare Git with the cluster: + ~ - ! = per object and entry, never a value; 0 same, 9 different")
    .argument("[path...]", "SealedSecrets or directories of them; the whole repository by default")
    .addOption(namespace())
    .option("--extra", "also show SealedSecrets of these namespaces that only the cluster has");
  return withOptions(diff, ...clusterOptions())
    .addOption(json())
    .action(async (paths, options) => {
      outcome.status = await (await import("./diff.ts")).diff(context, paths, options);
    })
    .addHelpText("after", example("lacre diff --context prod secrets/"));
}
