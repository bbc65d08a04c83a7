/** The commander tree: every command with its options and a worked example. The work itself is loaded when it runs. */
import { Command, Option } from "commander";
import { VERSION } from "../src/index.ts";
import type { CommandContext } from "./context.ts";
import type { Outcome } from "./run.ts";

function example(...lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

const recipient = () =>
  new Option("-r, --recipient <key>", "public key to seal for: a line or a file; repeat for several").argParser(
    collect,
  );
const environment = () => new Option("-e, --env <name>", "environment of .lacre.yaml whose keys to seal for");
const scope = () =>
  new Option("-s, --scope <scope>", "where the token may be used").choices(["strict", "namespace", "cluster"]);
const keyFile = () => new Option("-k, --key-file <file>", "private key file; repeat for several").argParser(collect);
const namespace = () => new Option("-n, --namespace <name>", "namespace of the Secret");
const name = () => new Option("--name <name>", "name of the Secret");
const json = () => new Option("--json", "print JSON for programs");

function keysCommand(context: CommandContext): Command {
  const keys = new Command("keys").description("key pairs for standalone use");
  keys
    .command("generate")
    .description("make a key pair: the private key goes to a new 0600 file, the public key to stdout")
    .requiredOption("-k, --key-file <file>", "where to write the private key; must not exist")
    .addOption(
      new Option("--suite <suite>", "kind of key").choices(["mlkem768x25519", "x25519"]).default("mlkem768x25519"),
    )
    .action(async (options) => (await import("./commands/keys.ts")).generateKeys(context, options))
    .addHelpText("after", example("lacre keys generate --key-file ~/prod.key > keys/prod.pub"));
  keys
    .command("public")
    .description("print the public key of a private key file")
    .addOption(keyFile())
    .action(async (options) => (await import("./commands/keys.ts")).printPublicKeys(context, options))
    .addHelpText("after", example("lacre keys public --key-file ~/prod.key > keys/prod.pub"));
  return keys;
}

function sealCommand(context: CommandContext): Command {
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
    .action(async (files, options) => (await import("./commands/seal.ts")).seal(context, files, options))
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

const object = () => new Option("--object <name>", "which SealedSecret of the file: NAME or NAMESPACE/NAME");

function setCommand(context: CommandContext): Command {
  return new Command("set")
    .description("seal one value into a SealedSecret, without any private key; other lines stay as they are")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key of the value")
    .option("--from-file <file>", "file that holds the value, byte for byte; - for standard input")
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(object())
    .action(async (file, key, options) => (await import("./commands/set.ts")).setEntry(context, file, key, options))
    .addHelpText(
      "after",
      example(
        "lacre set db.yaml PASSWORD                   # asks, hidden",
        "openssl rand -hex 32 | tr -d '\\n' | lacre set db.yaml API_KEY",
      ),
    );
}

function unsetCommand(context: CommandContext): Command {
  return new Command("unset")
    .description("remove one entry of a SealedSecret")
    .argument("<file>", "SealedSecret manifest")
    .argument("<key>", "key to remove")
    .addOption(object())
    .action(async (file, key, options) => (await import("./commands/set.ts")).unsetEntry(context, file, key, options))
    .addHelpText("after", example("lacre unset db.yaml OLD_PASSWORD"));
}

function editCommand(context: CommandContext): Command {
  return new Command("edit")
    .description("change entries in $EDITOR, without any private key; sealed values show as placeholders")
    .argument("<file>", "SealedSecret manifest")
    .addOption(recipient())
    .addOption(environment())
    .addOption(scope())
    .addOption(object())
    .action(async (file, options) => (await import("./commands/edit.ts")).edit(context, file, options))
    .addHelpText("after", example("EDITOR=vim lacre edit db.yaml"));
}

function openCommand(context: CommandContext): Command {
  return new Command("open")
    .description("print what is sealed, for who holds a private key")
    .argument("[file...]", "SealedSecret manifests; none or - for standard input")
    .addOption(keyFile())
    .addOption(new Option("-f, --format <format>", "how to print").choices(["yaml", "json", "dotenv"]).default("yaml"))
    .option("-o, --output <file>", "write to a new 0600 file instead of standard output")
    .option("--raw", "open one token from standard input")
    .addOption(namespace())
    .addOption(name())
    .option("--key <key>", "with --raw: the key that the token stands under")
    .action(async (files, options) => (await import("./commands/open.ts")).open(context, files, options))
    .addHelpText(
      "after",
      example(
        "lacre open --key-file ~/prod.key db.yaml",
        "lacre open --raw --key-file ~/prod.key -n shop --name db --key TOKEN < token.txt",
      ),
    );
}

function inspectCommand(context: CommandContext): Command {
  return new Command("inspect")
    .description("show keys, scope, age and recipients of sealed files; needs no key and shows no value")
    .argument("[file...]", "SealedSecret manifests or directories; none or - for standard input")
    .addOption(json())
    .action(async (files, options) => (await import("./commands/inspect.ts")).inspect(context, files, options))
    .addHelpText("after", example("lacre inspect db.yaml"));
}

function execCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("exec")
    .description("run a command with the opened values in its environment; nothing touches the disk")
    .argument("<file>", "SealedSecret manifest")
    .argument("<command...>", "after --: the command and its arguments")
    .addOption(keyFile())
    .option("--files", "give the values as files in memory instead; their directory is in $LACRE_FILES")
    .action(async (file, command, options) => {
      outcome.status = await (await import("./commands/exec.ts")).exec(context, file, command, options);
    })
    .addHelpText("after", example("lacre exec --key-file ~/dev.key db.yaml -- npm start"));
}

function syncCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("sync")
    .description("make a directory equal to what is sealed in Git, once: lacre-controller --once")
    .requiredOption("--source <source>", "directory:PATH or git:URL#BRANCH")
    .requiredOption("--target <target>", "directory:PATH")
    .addOption(keyFile())
    .addOption(namespace())
    .option("--allow-empty", "remove everything when the source holds nothing")
    .addOption(json())
    .action(async (options) => {
      outcome.status = await (await import("./commands/sync.ts")).sync(context, options);
    })
    .addHelpText(
      "after",
      example("lacre sync --source directory:. --target directory:/run/secrets --key-file ~/prod.key"),
    );
}

function initCommand(context: CommandContext): Command {
  return new Command("init")
    .description("set up a repository: .lacre.yaml, keys/, merge and diff drivers, .gitignore and the pre-commit hook")
    .addOption(new Option("--ci <system>", "also write a CI step").choices(["github", "gitlab", "jenkins", "generic"]))
    .option("--check", "change nothing; fail when something is missing")
    .action(async (options) => (await import("./commands/init.ts")).init(context, options))
    .addHelpText("after", example("lacre init --ci github"));
}

function verifyCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("verify")
    .description("prove that sealed files are sound and that no Secret is committed in the clear; needs no key")
    .argument("[path...]", "files or directories; the whole repository by default")
    .option("--staged", "judge what would be committed, not the files on disk")
    .addOption(json())
    .action(async (paths, options) => {
      outcome.status = await (await import("./commands/verify.ts")).verifyPaths(context, paths, options);
    })
    .addHelpText("after", example("lacre verify --staged"));
}

function doctorCommand(context: CommandContext): Command {
  return new Command("doctor")
    .description("check this machine and this repository")
    .addOption(json())
    .action(async (options) => (await import("./commands/doctor.ts")).doctor(context, options))
    .addHelpText("after", example("lacre doctor"));
}

function mergeDriverCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("merge-driver")
    .description("Git's merge driver for sealed files: three-way by entry, no key needed")
    .argument("<base>", "%O")
    .argument("<ours>", "%A, also the result")
    .argument("<theirs>", "%B")
    .argument("[marker-size]", "%L")
    .argument("[path]", "%P")
    .action(async (base, ours, theirs, markerSize, path) => {
      const { mergeDriver: run } = await import("./commands/merge-driver.ts");
      outcome.status = await run(context, { base, ours, theirs, markerSize, path });
    })
    .addHelpText("after", example('git config merge.lacre.driver "lacre merge-driver %O %A %B %L %P"'));
}

function textconvCommand(context: CommandContext): Command {
  return new Command("textconv")
    .description("Git's view of a sealed file for diffs: age, scope and key ids instead of tokens")
    .argument("<file>", "file to show")
    .action(async (file) => (await import("./commands/textconv.ts")).textconv(context, file))
    .addHelpText("after", example('git config diff.lacre.textconv "lacre textconv"'));
}

function completionCommand(context: CommandContext, program: Command): Command {
  return new Command("completion")
    .description("print a completion script for a shell")
    .argument("<shell>", "bash, zsh or fish")
    .action(async (shell) => (await import("./commands/completion.ts")).completion(context, program, shell))
    .addHelpText("after", example('eval "$(lacre completion bash)"'));
}

/** Makes usage errors look like all others: one line, a hint, status 2. */
function styleErrors(command: Command, context: CommandContext): void {
  command.exitOverride();
  command.configureOutput({
    writeErr: (text) => {
      if (text.startsWith("Usage:")) {
        context.say(text.trimEnd());
        return;
      }
      const [message = "", ...rest] = text
        .replace(/^error: /, "")
        .trim()
        .split("\n");
      context.say(`lacre: error: ${message}`);
      const suggestion = rest
        .join(" ")
        .trim()
        .replace(/^\(|\)$/g, "");
      context.say(`hint: ${suggestion || `see: ${commandPath(command)} --help`}`);
    },
  });
  for (const child of command.commands) styleErrors(child, context);
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/** Makes each command of the tree; only those that are asked for. */
function builders(
  context: CommandContext,
  outcome: Outcome,
  program: Command,
): Readonly<Record<string, () => Command>> {
  return {
    keys: () => keysCommand(context),
    seal: () => sealCommand(context),
    set: () => setCommand(context),
    unset: () => unsetCommand(context),
    edit: () => editCommand(context),
    open: () => openCommand(context),
    inspect: () => inspectCommand(context),
    exec: () => execCommand(context, outcome),
    sync: () => syncCommand(context, outcome),
    init: () => initCommand(context),
    verify: () => verifyCommand(context, outcome),
    doctor: () => doctorCommand(context),
    "merge-driver": () => mergeDriverCommand(context, outcome),
    textconv: () => textconvCommand(context),
    completion: () => completionCommand(context, program),
  };
}

/**
 * The tree for one run. Where the first argument names a command, only that one is built: the others cost time and could
 * not be reached. Commands that end well with a status of their own put it into `outcome`.
 */
export function createProgram(context: CommandContext, outcome: Outcome, args: readonly string[]): Command {
  const program = new Command("lacre")
    .description(
      "Keeps secrets in Git: seal with a public key, commit, and let the controller open them where they run.",
    )
    .version(VERSION, "-V, --version")
    .addHelpText(
      "after",
      example("lacre init", "lacre seal --in-place secrets/", "lacre set secrets/db.yaml PASSWORD"),
    );
  const all = builders(context, outcome, program);
  const wanted = args[0] ?? "";
  const isOne = Object.hasOwn(all, wanted) && wanted !== "completion";
  for (const name of isOne ? [wanted] : Object.keys(all)) program.addCommand((all[name] as () => Command)());
  styleErrors(program, context);
  return program;
}
