/** How `lacre seal` is called. */
import { Command, Option } from "commander";
import { INPUT_FORMATS, PLAIN_FORMATS } from "../../src/format/index.ts";
import type { CommandContext } from "../context.ts";
import {
  allowEmptyValue,
  asIs,
  envDialect,
  environment,
  example,
  json,
  name,
  namespace,
  recipient,
  scope,
  signWith,
} from "../options.ts";

const FORMATS = INPUT_FORMATS.map((format) => PLAIN_FORMATS[format]);
const KINDS_OF_FILES = FORMATS.flatMap(({ files }) => files)
  .join(", ")
  .replace(/, ([^,]*)$/, " or $1");
const ONE_WITHOUT_NAME = FORMATS.flatMap(({ holds, noun }) => (holds === "values" ? [noun] : [])).join(" or ");

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("seal")
    .description("seal Secrets or .env files into SealedSecrets; a directory means every manifest in it")
    .argument("[file...]", `${KINDS_OF_FILES} files or directories; none or - for standard input`)
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(signWith())
    .addOption(new Option("-i, --in-place", "put each SealedSecret in the place of its Secret").conflicts("output"))
    .option("-o, --output <path>", "file to write; a directory for several inputs")
    .addOption(namespace())
    .addOption(name())
    .option("--type <type>", `type of the Secret made of ${ONE_WITHOUT_NAME}`)
    .addOption(
      new Option("--input-format <format>", "what the input is, where its name does not say").choices(INPUT_FORMATS),
    )
    .addOption(
      new Option("--raw", "seal one value from standard input or --from-file into one token").conflicts([
        "inPlace",
        "output",
      ]),
    )
    .option("--key <key>", "with --raw: the key that the value will stand under")
    .option("--from-file <file>", "with --raw: the file that holds the value")
    .addOption(envDialect())
    .addOption(allowEmptyValue())
    .addOption(asIs())
    .option("--no-cache", "seal every value anew, also unchanged ones")
    .addOption(json())
    .action(async (files, options) => {
      if (options.raw === true) await (await import("./seal-raw.ts")).sealRaw(context, files, options);
      else await (await import("./seal.ts")).seal(context, files, options);
    })
    .addHelpText(
      "after",
      example(
        "kubectl create secret generic db -n shop --from-literal=PASSWORD=x --dry-run=client -o yaml \\",
        "  | lacre seal -r keys/prod.pub > db.yaml",
        "lacre seal --in-place secrets/",
        "lacre seal -n shop --name app --env-dialect compose app.env > app.yaml",
        'printf %s "$TOKEN" | lacre seal --raw -n shop --name db --key TOKEN',
      ),
    );
}
