/** The commands that seal: they need public keys only. */
import { Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import {
  clusterOptions,
  environment,
  example,
  json,
  keyFile,
  keyNamespace,
  name,
  namespace,
  object,
  recipient,
  scope,
} from "./options.ts";

/** `lacre keys` */
export function keysCommand(context: CommandContext): Command {
  const keys = new Command("keys").description("key pairs for standalone use, and the signed public keys of a cluster");
  keys
    .command("generate")
    .description("make a key pair: the private key goes to a new 0600 file, the public key to stdout")
    .requiredOption("-k, --key-file <file>", "where to write the private key; must not exist")
    .addOption(
      new Option("--suite <suite>", "kind of key").choices(["mlkem768x25519", "x25519"]).default("mlkem768x25519"),
    )
    .action(async (options) => (await import("../commands/keys.ts")).generateKeys(context, options))
    .addHelpText("after", example("lacre keys generate --key-file ~/prod.key > keys/prod.pub"));
  keys
    .command("public")
    .description("print the public key of a private key file")
    .addOption(keyFile())
    .action(async (options) => (await import("../commands/keys.ts")).printPublicKeys(context, options))
    .addHelpText("after", example("lacre keys public --key-file ~/prod.key > keys/prod.pub"));
  keys.addCommand(fetchCommand(context));
  keys.addCommand(rotateCommand(context));
  keys
    .command("list")
    .description("the keys of a cluster's list, their states, and how many entries still need each of them")
    .argument("<file>", "key list, such as keys/prod.keys")
    .argument("[path...]", "SealedSecrets or directories of them, to count in")
    .addOption(json())
    .action(async (file, paths, options) =>
      (await import("../commands/keys-list.ts")).listKeys(context, file, paths, options),
    )
    .addHelpText("after", example("lacre keys list keys/prod.keys secrets/"));
  keys
    .command("pin")
    .description("trust the identity that signs a key list, after its fingerprint was compared")
    .argument("<file>", "key list, such as keys/prod.keys")
    .requiredOption("--fingerprint <fingerprint>", "what who runs the cluster told you: SHA256:...")
    .option("--replace", "although another identity is pinned")
    .action(async (file, options) => (await import("../commands/keys-fetch.ts")).pinKeys(context, file, options))
    .addHelpText(
      "after",
      example("lacre keys pin keys/prod.keys --fingerprint SHA256:XFR_fi4LTo9iVVX-VyOdOEK84g-zuEWqR6bndRv1J_0"),
    );
  return keys;
}

function rotateCommand(context: CommandContext): Command {
  const rotate = new Command("rotate")
    .description("ask a cluster's controller for a new sealing key; the old ones go on opening")
    .addOption(keyNamespace());
  for (const option of clusterOptions()) rotate.addOption(option);
  return rotate
    .action(async (options) => (await import("../commands/keys-list.ts")).rotateKeys(context, options))
    .addHelpText("after", example("lacre keys rotate --context prod"));
}

function fetchCommand(context: CommandContext): Command {
  const fetch = new Command("fetch")
    .description("get a cluster's signed public keys, check who signed them, and put them into the repository")
    .addOption(environment())
    .addOption(keyNamespace())
    .option("--from <file>", "a key list from elsewhere, - for standard input, instead of the cluster")
    .option("-o, --output <file>", "file to write, - for standard output; default: keys/CLUSTER.keys");
  for (const option of clusterOptions()) fetch.addOption(option);
  return fetch
    .action(async (options) => (await import("../commands/keys-fetch.ts")).fetchKeys(context, options))
    .addHelpText(
      "after",
      example("lacre keys fetch --context prod", "curl -fsS http://127.0.0.1:9808/v1/keys | lacre keys fetch --from -"),
    );
}

/** `lacre seal` */
export function sealCommand(context: CommandContext): Command {
  return new Command("seal")
    .description("seal Secrets or .env files into SealedSecrets; a directory means every manifest in it")
    .argument("[file...]", "YAML, JSON or .env files or directories; none or - for standard input")
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .option("-i, --in-place", "put each SealedSecret in the place of its Secret")
    .option("-o, --output <path>", "file to write; a directory for several inputs")
    .addOption(namespace())
    .addOption(name())
    .option("--type <type>", "type of the Secret made of a .env file")
    .addOption(
      new Option("--input-format <format>", "what the input is, where its name does not say").choices([
        "manifests",
        "dotenv",
      ]),
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
    .addOption(object())
    .action(async (file, options) => (await import("../commands/edit.ts")).edit(context, file, options))
    .addHelpText("after", example("EDITOR=vim lacre edit db.yaml"));
}
