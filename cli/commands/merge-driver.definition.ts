/** How `lacre merge-driver` is called. */
import { Command } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { example } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  return new Command("merge-driver")
    .description("Git's merge driver for sealed files: three-way by entry, no key needed")
    .argument("<base>", "%O")
    .argument("<ours>", "%A, also the result")
    .argument("<theirs>", "%B")
    .argument("[marker-size]", "%L")
    .argument("[path]", "%P")
    .action(async (base, ours, theirs, markerSize, path) => {
      const { mergeDriver } = await import("./merge-driver.ts");
      outcome.status = await mergeDriver(context, { base, ours, theirs, markerSize, path });
    })
    .addHelpText("after", example('git config merge.lacre.driver "lacre merge-driver %O %A %B %L %P"'));
}
