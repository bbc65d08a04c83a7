/** How `lacre doctor` is called. */
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { clusterOptions, example, json, withOptions } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const doctor = new Command("doctor")
    .description("check this machine and this repository; with --live also the cluster")
    .addOption(json());
  return withOptions(doctor, ...clusterOptions())
    .option("--live", "also list Secrets of the cluster that an earlier version took over and owns")
    .option("--namespace <name>", "look at this namespace of the cluster only")
    .action(async (options) => (await import("./doctor.ts")).doctor(context, options))
    .addHelpText("after", example("lacre doctor"));
}
