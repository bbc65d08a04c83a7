/** How `lacre open` is called. */
import { Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import { envDialect, example, keyFile, name, namespace, only, repeated } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("open")
    .description("print what is sealed, for who holds a private key")
    .argument("[file...]", "SealedSecret manifests; none or - for standard input")
    .addOption(keyFile())
    .addOption(new Option("-f, --format <format>", "how to print").choices(["yaml", "json", "dotenv"]).default("yaml"))
    .addOption(only("with dotenv: these entries only, with commas between"))
    .addOption(
      repeated("--allow <name>", "with dotenv: print this variable although it changes how programs run; repeat"),
    )
    .addOption(envDialect())
    .option("-o, --output <file>", "write to a new 0600 file instead of standard output")
    .option("--raw", "open one token from standard input")
    .addOption(namespace())
    .addOption(name())
    .option("--key <key>", "with --raw: the key that the token stands under")
    .action(async (files, options) => {
      if (options.raw === true) await (await import("./open-raw.ts")).openRaw(context, files, options);
      else await (await import("./open.ts")).open(context, files, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre open --key-file ~/prod.key db.yaml",
        "lacre open --raw --key-file ~/prod.key -n shop --name db --key TOKEN < token.txt",
      ),
    );
}
