/** How `lacre keys list` is called. */
import { Command } from "commander";
import type { CommandContext } from "../../context.ts";
import { clusterOptions, example, json, keyNamespace, withOptions } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  const list = new Command("list")
    .description("the keys of a list, their states, and how many entries still need each of them")
    .argument("[file]", "key list, such as keys/prod.keys; none with --context")
    .argument("[path...]", "SealedSecrets or directories of them, to count in")
    .addOption(json());
  return withOptions(list, keyNamespace(), ...clusterOptions())
    .action(async (file, paths, options) =>
      (await import("./list.ts")).listKeys(context, file === undefined ? [] : [file, ...paths], options),
    )
    .addHelpText(
      "after",
      example("lacre keys list keys/prod.keys secrets/", "lacre keys list --context prod secrets/"),
    );
}
