/** The commands that read sealed files. */
import { Command, Option } from "commander";
import type { CommandContext, Outcome } from "../context.ts";
import {
  environment,
  example,
  json,
  keyFile,
  name,
  namespace,
  only,
  recipient,
  repeated,
  signWith,
} from "./options.ts";

/** `lacre open` */
export function openCommand(context: CommandContext): Command {
  return new Command("open")
    .description("print what is sealed, for who holds a private key")
    .argument("[file...]", "SealedSecret manifests; none or - for standard input")
    .addOption(keyFile())
    .addOption(new Option("-f, --format <format>", "how to print").choices(["yaml", "json", "dotenv"]).default("yaml"))
    .addOption(only("with dotenv: these entries only, with commas between"))
    .addOption(
      repeated("--allow <name>", "with dotenv: print this variable although it changes how programs run; repeat"),
    )
    .option("-o, --output <file>", "write to a new 0600 file instead of standard output")
    .option("--raw", "open one token from standard input")
    .addOption(namespace())
    .addOption(name())
    .option("--key <key>", "with --raw: the key that the token stands under")
    .action(async (files, options) => (await import("../commands/open.ts")).open(context, files, options))
    .addHelpText(
      "after",
      example(
        "lacre open --key-file ~/prod.key db.yaml",
        "lacre open --raw --key-file ~/prod.key -n shop --name db --key TOKEN < token.txt",
      ),
    );
}

/** `lacre inspect` */
export function inspectCommand(context: CommandContext): Command {
  return new Command("inspect")
    .description("show keys, scope, age and recipients of sealed files; needs no key and shows no value")
    .argument("[file...]", "SealedSecret manifests or directories; none or - for standard input")
    .addOption(json())
    .action(async (files, options) => (await import("../commands/inspect.ts")).inspect(context, files, options))
    .addHelpText("after", example("lacre inspect db.yaml"));
}

/** `lacre exec` */
export function execCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("exec")
    .description("run a command with the opened values in its environment; nothing touches the disk")
    .argument("<file>", "SealedSecret manifest")
    .argument("<command...>", "after --: the command and its arguments")
    .addOption(keyFile())
    .option("--files", "give the values as files in memory instead; their directory is in $LACRE_FILES")
    .addOption(only("these entries only, with commas between: nothing else is handed on, whoever sealed it"))
    .option("--prefix <text>", "put this before the name of every variable")
    .addOption(
      repeated("--allow <name>", "set this variable although it changes how programs run, or is set already; repeat"),
    )
    .action(async (file, command, options) => {
      outcome.status = await (await import("../commands/exec.ts")).exec(context, file, command, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre exec --key-file ~/dev.key db.yaml -- npm start",
        "lacre exec -k ~/dev.key --only DB_PASSWORD --prefix APP_ db.yaml -- ./run",
      ),
    );
}

/** `lacre reseal` */
export function resealCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("reseal")
    .description("move old tokens to the newest key, for who holds the private keys; place, scope and time stay")
    .argument("<file...>", "SealedSecrets or directories of them")
    .addOption(keyFile())
    .addOption(recipient())
    .addOption(environment())
    .addOption(signWith())
    .option("--from <file>", "take the new tokens from a reseal inside the cluster, - for standard input; needs no key")
    .option("--check", "change nothing; name the entries that are stale, and end with 4 when there are any")
    .action(async (files, options) => {
      outcome.status = await (await import("../commands/reseal.ts")).reseal(context, files, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre reseal --check secrets/",
        "lacre reseal -k ~/old.key -r keys/prod.keys secrets/",
        "kubectl logs -n lacre-system job/lacre-reseal | lacre reseal --from - secrets/",
      ),
    );
}
