/** How `lacre set` is called. */
import { Command, Option } from "commander";
import { GENERATED_FORMS } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { allowEmptyValue, asIs, environment, example, object, recipient, scope, signWith } from "../options.ts";

/** A number, or one that no length is. */
function characters(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("set")
    .description("seal a value into a SealedSecret, without any private key; other lines stay as they are")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key...>", "key of the value; several with --generate")
    .option("--from-file <file>", "file that holds the value, byte for byte; - for standard input")
    .addOption(
      new Option("--generate [form]", "seal a random value that nobody has seen, of 256 bits")
        .choices(GENERATED_FORMS)
        .preset("alphanumeric")
        .conflicts(["fromFile", "allowEmptyValue", "asIs"]),
    )
    .addOption(new Option("--length <characters>", "with --generate: another length").argParser(characters))
    .option("--weak", "with --generate: let it be under 128 bits")
    .addOption(allowEmptyValue())
    .addOption(asIs())
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(object())
    .action(async (file, keys, options) => (await import("./set.ts")).setEntries(context, file, keys, options))
    .addHelpText(
      "after",
      example(
        "lacre set db.yaml PASSWORD                   # asks, hidden",
        "lacre set db.yaml tls.key --from-file tls.key",
        ": | lacre set db.yaml PROXY --allow-empty-value",
        "lacre set db.yaml API_KEY SESSION_KEY --generate hex",
      ),
    );
}
