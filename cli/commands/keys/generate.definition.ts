/** How `lacre keys generate` is called. */
import { Command, Option } from "commander";
import type { CommandContext } from "../../context.ts";
import { example, repeated } from "../../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("generate")
    .description("make a key pair, a key store or a signing key in a new 0600 file; what is public goes to stdout")
    .requiredOption("-k, --key-file <file>", "where to write what is private; must not exist")
    .addOption(
      new Option("--suite <suite>", "kind of key").choices(["mlkem768x25519", "x25519"]).default("mlkem768x25519"),
    )
    .option("--cluster <name>", "make a key store of this name: an identity, states and rotation, for lacre-controller")
    .addOption(repeated("--adopt <file>", "with --cluster: take over the keys of a bare key file; repeat for several"))
    .option("--signing", "make a key to sign what you seal with")
    .action(async (options) => (await import("./generate.ts")).generateKeys(context, options))
    .addHelpText(
      "after",
      example(
        "lacre keys generate --key-file ~/prod.key > keys/prod.pub",
        "lacre keys generate --cluster prod --key-file ~/prod.key > keys/prod.keys",
        "lacre keys generate --signing --key-file ~/.config/lacre/anna.key",
      ),
    );
}
