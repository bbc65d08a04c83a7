/** How `lacre keys pin` is called. */
import { Command, Option } from "commander";
import type { CommandContext } from "../../context.ts";
import { example } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("pin")
    .description("trust whom a keys file names, and the environment that names it, after the fingerprint was compared")
    .argument("<file>", "key list or public key, such as keys/prod.keys")
    .requiredOption("--fingerprint <fingerprint>", "what who runs the cluster told you: SHA256:...")
    .addOption(
      new Option("-e, --env <name>", "environment of .lacre.yaml that the fingerprint is of, all of it as it is now"),
    )
    .option("--default", "with --env: let it be the default in the place of another")
    .addOption(new Option("--replace", "what every pin does now").hideHelp())
    .action(async (file, options) => (await import("./pin.ts")).pinKeys(context, file, options))
    .addHelpText(
      "after",
      example("lacre keys pin keys/prod.keys --fingerprint SHA256:XFR_fi4LTo9iVVX-VyOdOEK84g-zuEWqR6bndRv1J_0"),
    );
}
