/** `lacre keys`: the life of keys, from making them to destroying them. */
import { Command, Option } from "commander";
import { DEFAULT_SUITE, SUITE_NAMES } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import {
  clusterOptions,
  environment,
  example,
  json,
  keyFile,
  keyNamespace,
  repeated,
  storeFile,
  unlockOptions,
} from "./options.ts";

function withOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** A cluster, or a key store in a file. */
const place = (): readonly Option[] => [storeFile(), keyNamespace(), ...clusterOptions()];

/** `lacre keys` */
export function keysCommand(context: CommandContext): Command {
  const keys = new Command("keys").description("key pairs, the signed public keys of a cluster, backups and rotation");
  const commands = [
    generateCommand,
    publicCommand,
    publishCommand,
    fetchCommand,
    listCommand,
    pinCommand,
    rotateCommand,
    compromisedCommand,
    destroyCommand,
    backupCommand,
    restoreCommand,
    recoveryCommand,
  ];
  for (const make of commands) keys.addCommand(make(context));
  return keys;
}

function generateCommand(context: CommandContext): Command {
  return new Command("generate")
    .description("make a key pair, a key store or a signing key in a new 0600 file; what is public goes to stdout")
    .requiredOption("-k, --key-file <file>", "where to write what is private; must not exist")
    .addOption(new Option("--suite <suite>", "kind of key").choices(SUITE_NAMES).default(DEFAULT_SUITE))
    .option("--cluster <name>", "make a key store of this name: an identity, states and rotation, for lacre-controller")
    .addOption(repeated("--adopt <file>", "with --cluster: take over the keys of a bare key file; repeat for several"))
    .option("--signing", "make a key to sign what you seal with")
    .action(async (options) => (await import("../commands/keys.ts")).generateKeys(context, options))
    .addHelpText(
      "after",
      example(
        "lacre keys generate --key-file ~/prod.key > keys/prod.pub",
        "lacre keys generate --cluster prod --key-file ~/prod.key > keys/prod.keys",
        "lacre keys generate --signing --key-file ~/.config/lacre/anna.key",
      ),
    );
}

function publicCommand(context: CommandContext): Command {
  return new Command("public")
    .description("print the public key of a private key file")
    .addOption(keyFile())
    .action(async (options) => (await import("../commands/keys.ts")).printPublicKeys(context, options))
    .addHelpText("after", example("lacre keys public --key-file ~/prod.key > keys/prod.pub"));
}

function publishCommand(context: CommandContext): Command {
  return new Command("publish")
    .description("print the signed public key list of a key store")
    .requiredOption("-k, --key-file <file>", "key store of a standalone controller")
    .option("-o, --output <file>", "file to write; default: standard output")
    .action(async (options) => (await import("../commands/keys.ts")).publishKeys(context, options))
    .addHelpText("after", example("lacre keys publish --key-file ~/prod.key -o keys/prod.keys"));
}

function listCommand(context: CommandContext): Command {
  const list = new Command("list")
    .description("the keys of a list, their states, and how many entries still need each of them")
    .argument("[file]", "key list, such as keys/prod.keys; none with --context")
    .argument("[path...]", "SealedSecrets or directories of them, to count in")
    .addOption(json());
  return withOptions(list, keyNamespace(), ...clusterOptions())
    .action(async (file, paths, options) =>
      (await import("../commands/keys-list.ts")).listKeys(context, file === undefined ? [] : [file, ...paths], options),
    )
    .addHelpText(
      "after",
      example("lacre keys list keys/prod.keys secrets/", "lacre keys list --context prod secrets/"),
    );
}

function pinCommand(context: CommandContext): Command {
  return new Command("pin")
    .description("trust whom a keys file names, and the environment that names it, after the fingerprint was compared")
    .argument("<file>", "key list or public key, such as keys/prod.keys")
    .requiredOption("--fingerprint <fingerprint>", "what who runs the cluster told you: SHA256:...")
    .addOption(
      new Option("-e, --env <name>", "environment of .lacre.yaml that the fingerprint is of, all of it as it is now"),
    )
    .option("--default", "with --env: let it be the default in the place of another")
    .addOption(new Option("--replace", "what every pin does now").hideHelp())
    .action(async (file, options) => (await import("../commands/keys-pin.ts")).pinKeys(context, file, options))
    .addHelpText(
      "after",
      example("lacre keys pin keys/prod.keys --fingerprint SHA256:XFR_fi4LTo9iVVX-VyOdOEK84g-zuEWqR6bndRv1J_0"),
    );
}

function fetchCommand(context: CommandContext): Command {
  const fetch = new Command("fetch")
    .description("get a cluster's signed public keys, check who signed them, and put them into the repository")
    .addOption(environment())
    .addOption(keyNamespace())
    .option("--from <file>", "a key list from elsewhere, - for standard input, instead of the cluster")
    .option("-o, --output <file>", "file to write, - for standard output; default: keys/CLUSTER.keys")
    .option("--fingerprint <fingerprint>", "what who runs the cluster told you: takes the place of what was pinned");
  return withOptions(fetch, ...clusterOptions())
    .action(async (options) => (await import("../commands/keys-fetch.ts")).fetchKeys(context, options))
    .addHelpText(
      "after",
      example("lacre keys fetch --context prod", "curl -fsS http://127.0.0.1:9808/v1/keys | lacre keys fetch --from -"),
    );
}

function rotateCommand(context: CommandContext): Command {
  const rotate = new Command("rotate").description("make a new sealing key; the old ones go on opening");
  return withOptions(rotate, ...place())
    .option("--require-backup", "with --key-file: the new key is used once lacre keys backup has run")
    .action(async (options) => (await import("../commands/keys-life.ts")).rotateKeys(context, options))
    .addHelpText("after", example("lacre keys rotate --context prod", "lacre keys rotate --key-file ~/prod.key"));
}

function compromisedCommand(context: CommandContext): Command {
  const compromised = new Command("compromised")
    .description("mark a key as known to others: nothing is sealed for it, and nothing opens with it any more")
    .argument("<key-id>", "eight digits or more");
  return withOptions(compromised, ...place())
    .action(async (keyId, options) =>
      (await import("../commands/keys-life.ts")).markCompromised(context, keyId, options),
    )
    .addHelpText("after", example("lacre keys compromised 7eb0a1b2 --context prod"));
}

function destroyCommand(context: CommandContext): Command {
  const destroy = new Command("destroy")
    .description("destroy a key that nothing needs any more: what is left in Git's history opens with nothing then")
    .argument("<key-id>", "eight digits or more; all 32 with --force")
    .argument("[path...]", "SealedSecrets or directories of them that could still need it");
  return withOptions(destroy, ...place())
    .option("--force", "although it is needed: what is sealed for it is lost for good")
    .action(async (keyId, paths, options) =>
      (await import("../commands/keys-life.ts")).destroyKey(context, keyId, paths, options),
    )
    .addHelpText(
      "after",
      example(
        "lacre keys destroy 7eb0a1b2 secrets/ --context prod",
        "lacre keys destroy 7eb0a1b2 secrets/ -k ~/prod.key",
      ),
    );
}

function backupCommand(context: CommandContext): Command {
  const backup = new Command("backup")
    .description("write a backup of the private keys: an age file, for recovery keys or a passphrase")
    .option("-o, --output <file>", "new file to write, - for standard output")
    .addOption(repeated("-r, --recipient <age1pq1...>", "with --key-file: who can open it, or a file of them; repeat"))
    .option("--passphrase", "with --key-file: lock it with a passphrase that is asked for")
    .option("--passphrase-file <file>", "with --key-file: lock it with the passphrase in a 0600 file");
  withOptions(backup, ...place())
    .action(async (options) => {
      if (options.output === undefined) backup.error("error: required option '-o, --output <file>' not specified");
      await (await import("../commands/keys-backup.ts")).backupKeys(context, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre keys backup --context prod -o prod-2026-11-24.age",
        "lacre keys backup --key-file ~/prod.key -r recovery.pub -o prod-2026-11-24.age",
        "lacre keys backup verify prod-2026-11-24.age --identity recovery.key --against keys/prod.keys",
      ),
    );
  const verify = new Command("verify")
    .description("prove a backup: open it in memory and derive every key id again; nothing is written")
    .argument("<file>", "what lacre keys backup wrote")
    .option("--against <file>", "key list whose keys must all be in it, such as keys/prod.keys")
    .addOption(json());
  withOptions(verify, ...unlockOptions())
    .action(async (file, _own, command: Command) =>
      (await import("../commands/keys-backup.ts")).verifyBackup(context, file, command.optsWithGlobals()),
    )
    .addHelpText(
      "after",
      example("lacre keys backup verify prod-2026-11-24.age --identity recovery.key --against keys/prod.keys"),
    );
  backup.addCommand(verify);
  return backup;
}

function restoreCommand(context: CommandContext): Command {
  const restore = new Command("restore")
    .description("put the keys of a backup into a new key file, or into a cluster that has none")
    .argument("<file>", "what lacre keys backup wrote");
  return withOptions(restore, ...unlockOptions(), ...place())
    .action(async (file, options) => (await import("../commands/keys-restore.ts")).restoreKeys(context, file, options))
    .addHelpText(
      "after",
      example(
        "lacre keys restore prod-2026-11-24.age --identity recovery.key --context prod",
        "lacre keys restore prod-2026-11-24.age --share a.txt --share b.txt --share c.txt --key-file ~/prod.key",
      ),
    );
}

function recoveryCommand(context: CommandContext): Command {
  const number = (text: string) => Number(text);
  return new Command("recovery-key")
    .description("make a key that opens backups, in one file or in shares; its recipient goes to stdout")
    .requiredOption("-o, --output <path>", "new 0600 file; with --shares the directory of the shares")
    .addOption(new Option("--shares <n>", "split it into n shares").argParser(number))
    .addOption(new Option("--threshold <k>", "of which k give it back").argParser(number))
    .action(async (options) => (await import("../commands/keys-recovery.ts")).makeRecovery(context, options))
    .addHelpText(
      "after",
      example(
        "lacre keys recovery-key -o recovery.key > recovery.pub",
        "lacre keys recovery-key --shares 5 --threshold 3 -o shares/ > recovery.pub",
      ),
    );
}
