/** The commands that seal: they need public keys only. */
import { Command, Option } from "commander";
import { INPUT_FORMATS, PLAIN_FORMATS } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { environment, example, json, name, namespace, object, recipient, scope, signWith } from "./options.ts";

const FORMATS = INPUT_FORMATS.map((format) => PLAIN_FORMATS[format]);
const KINDS_OF_FILES = FORMATS.flatMap(({ files }) => files)
  .join(", ")
  .replace(/, ([^,]*)$/, " or $1");
const ONE_WITHOUT_NAME = FORMATS.flatMap(({ holds, noun }) => (holds === "values" ? [noun] : [])).join(" or ");

/** `lacre seal` */
export function sealCommand(context: CommandContext): Command {
  return new Command("seal")
    .description("seal Secrets or .env files into SealedSecrets; a directory means every manifest in it")
    .argument("[file...]", `${KINDS_OF_FILES} files or directories; none or - for standard input`)
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .option("-i, --in-place", "put each SealedSecret in the place of its Secret")
    .option("-o, --output <path>", "file to write; a directory for several inputs")
    .addOption(namespace())
    .addOption(name())
    .option("--type <type>", `type of the Secret made of ${ONE_WITHOUT_NAME}`)
    .addOption(
      new Option("--input-format <format>", "what the input is, where its name does not say").choices(INPUT_FORMATS),
    )
    .option("--raw", "seal one value from standard input or --from-file into one token")
    .option("--key <key>", "with --raw: the key that the value will stand under")
    .option("--from-file <file>", "with --raw: the file that holds the value")
    .option("--no-cache", "seal every value anew, also unchanged ones")
    .addOption(json())
    .action(async (files, options) => (await import("../commands/seal.ts")).seal(context, files, options))
    .addHelpText(
      "after",
      example(
        "kubectl create secret generic db -n shop --from-literal=PASSWORD=x --dry-run=client -o yaml \\",
        "  | lacre seal -r keys/prod.pub > db.yaml",
        "lacre seal --in-place secrets/",
        'printf %s "$TOKEN" | lacre seal --raw -n shop --name db --key TOKEN',
      ),
    );
}

/** `lacre set` */
export function setCommand(context: CommandContext): Command {
  return new Command("set")
    .description("seal one value into a SealedSecret, without any private key; other lines stay as they are")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key of the value")
    .option("--from-file <file>", "file that holds the value, byte for byte; - for standard input")
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(object())
    .action(async (file, key, options) => (await import("../commands/set.ts")).setEntry(context, file, key, options))
    .addHelpText(
      "after",
      example(
        "lacre set db.yaml PASSWORD                   # asks, hidden",
        "openssl rand -hex 32 | tr -d '\\n' | lacre set db.yaml API_KEY",
      ),
    );
}

/** `lacre unset` */
export function unsetCommand(context: CommandContext): Command {
  return new Command("unset")
    .description("remove one entry of a SealedSecret")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key to remove")
    .addOption(object())
    .action(async (file, key, options) => (await import("../commands/set.ts")).unsetEntry(context, file, key, options))
    .addHelpText("after", example("lacre unset db.yaml OLD_PASSWORD"));
}

/** `lacre edit` */
export function editCommand(context: CommandContext): Command {
  return new Command("edit")
    .description("change entries in $EDITOR, without any private key; sealed values show as placeholders")
    .argument("<file>", "SealedSecret manifest")
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(object())
    .action(async (file, options) => (await import("../commands/edit.ts")).edit(context, file, options))
    .addHelpText("after", example("EDITOR=vim lacre edit db.yaml"));
}
