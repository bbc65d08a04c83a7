/** Options and texts that several commands share. */
import { type Command, Option } from "commander";
import { ENV_DIALECTS } from "../src/model/index.ts";
import { KEY_NAMESPACE } from "../src/model/kubernetes.ts";

/** The worked example at the end of a help text. */
export function example(...lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** The next step for who may have given a value as an argument. */
export const NO_ARGUMENT =
  "values never go on the command line: if one did, treat it as known to others; lacre asks for it, or takes it from a pipe";

/** An option that may be repeated. */
function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Whom to seal for. */
export const recipient = (): Option =>
  new Option(
    "-r, --recipient <key>",
    "key list or public key to seal for: a file, or a line; repeat for several",
  ).argParser(collect);

/** Whose keys of .lacre.yaml to seal for. */
export const environment = (): Option =>
  new Option("-e, --env <name>", "environment of .lacre.yaml whose keys to seal for");

/** Where the token may be used. */
export const scope = (): Option =>
  new Option("-s, --scope <scope>", "where the token may be used").choices(["strict", "namespace", "cluster"]);

/** Who vouches for the tokens. */
export const signWith = (): Option =>
  new Option("--sign-with <file>", "sign what is sealed with this key; default: LACRE_SIGN_WITH, or no signature");

/** The key store of a standalone controller. */
const storeFile = (): Option =>
  new Option("-k, --key-file <file>", "key store of a standalone controller, instead of a cluster");

/** An option that may be repeated. */
export const repeated = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/** Entries by name. */
export const only = (description: string): Option =>
  new Option("--only <keys>", description).argParser((text) => text.split(","));

/** What opens a backup. */
export const unlockOptions = (): readonly Option[] => [
  repeated("-i, --identity <file>", "recovery key file (an age identity); repeat for several"),
  repeated("--share <file>", "share of a recovery key; repeat until there are enough"),
  new Option(
    "--passphrase-file <file>",
    "0600 file that holds the passphrase, - for standard input; else it is asked for",
  ),
];

/** Private key files. */
export const keyFile = (): Option =>
  new Option("-k, --key-file <file>", "private key file; repeat for several").argParser(collect);

/** Who reads a .env file. */
export const envDialect = (): Option =>
  new Option("--env-dialect <reader>", "who reads the .env file, where readers disagree").choices(ENV_DIALECTS);

/** Values of nothing. */
export const allowEmptyValue = (): Option =>
  new Option("--allow-empty-value", "seal an empty value, or one that is nothing but a line break");

/** Values that are none. */
export const asIs = (): Option =>
  new Option("--as-is", "seal what looks like a placeholder, or like the ciphertext of another tool");

/** The namespace of a Secret. */
export const namespace = (): Option => new Option("-n, --namespace <name>", "namespace of the Secret");

/** The name of a Secret. */
export const name = (): Option => new Option("--name <name>", "name of the Secret");

/** For programs. */
export const json = (): Option => new Option("--json", "print JSON for programs");

/** Which SealedSecret of a file. */
export const object = (): Option =>
  new Option("--object <name>", "which SealedSecret of the file: NAME or NAMESPACE/NAME");

/** Which cluster: what kubectl would use, if nothing is said. */
export const clusterOptions = (): readonly Option[] => [
  new Option("--context <name>", "context of the kubeconfig"),
  new Option("--kubeconfig <file>", "kubeconfig; default: KUBECONFIG or ~/.kube/config"),
];

/** Where a cluster's controller has its keys. */
export const keyNamespace = (): Option =>
  new Option("--key-namespace <name>", "where the controller publishes its keys").default(KEY_NAMESPACE);

/** Whose keys: those of a cluster, or of a key store in a file. */
export const keyPlace = (): readonly Option[] => [storeFile(), keyNamespace(), ...clusterOptions()];

/** The command with more options. */
export function withOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}
