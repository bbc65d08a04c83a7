/** The controller's own configuration: its command line, checked before anything runs. */
import { parseArgs } from "node:util";
import {
  CLUSTER,
  isSuite,
  type KeyPolicy,
  LacreError,
  type NewKeys,
  parseNamespace,
  type Suite,
} from "../src/index.ts";

import { type OperatorConsent, parseOperatorConsent } from "./targets/consent.ts";

/** Where the sealed files are. */
type SourceConfig =
  | { readonly kind: "directory"; readonly path: string }
  | {
      readonly kind: "git";
      readonly url: string;
      readonly branch: string | undefined;
      /** Whose signature the commit must carry, as ssh-keygen reads it. */
      readonly allowedSigners: string | undefined;
    };

/** Where HTTP listens. */
export type ListenConfig = { readonly host: string; readonly port: number };

/** Everything that can be set. */
export type Config = {
  readonly source: SourceConfig;
  readonly target: { readonly kind: "directory"; readonly path: string };
  readonly keyFiles: readonly string[];
  /** The name of a key store that is made where the first key file is not there. */
  readonly cluster: string | undefined;
  readonly newKeys: NewKeys;
  readonly keyPolicy: KeyPolicy;
  readonly keyListFile: string | undefined;
  readonly openCompromised: boolean;
  /** Whose signatures count. */
  readonly sealersFile: string | undefined;
  readonly namespace: string | undefined;
  readonly once: boolean;
  readonly allowEmpty: boolean;
  readonly acceptSuites: ReadonlySet<Suite>;
  /** Where files that were there before may be taken over. */
  readonly adopt: OperatorConsent;
  readonly fileMode: number;
  readonly intervalMs: number;
  readonly listen: ListenConfig | undefined;
  readonly logLevel: string;
};

/** Shown by --help. */
export const HELP = `Usage: lacre-controller --source SOURCE --target TARGET --key-file FILE [options]
       lacre-controller --kubernetes [options]      see: lacre-controller --kubernetes --help
       lacre-controller reseal [options]            see: lacre-controller reseal --help

Opens sealed files and keeps a directory equal to what Git says.

Options:
  --source directory:PATH | git:URL#BRANCH   where the sealed files are
  --target directory:PATH                    where the opened values go: PATH/NAMESPACE/NAME/KEY
  --key-file FILE                            private key file or key store, mode 0600; repeat for several
  --cluster NAME                             make a key store of this name where the first key file is not there
  --generate-first-key BOOLEAN               false while a lost controller is restored (default true)
  --key-days DAYS                            of a key store: a new key after so many days (default 180)
  --require-backup                           of a key store: a new key is used once lacre keys backup has run
  --key-list FILE                            write the signed public keys of the key store there
  --open-compromised                         open what is sealed for keys marked as compromised
  --sealers FILE                             whose signatures count, and in which namespaces: docs/signatures.md
  --allowed-signers FILE                     of a git source: only commits signed with SSH by one of these
  --once                                     one pass, a report on stdout, then end
  --namespace NAME                           for manifests that name no namespace
  --interval SECONDS                         time between two passes (default 10)
  --allow-empty                              an empty source removes everything; refused otherwise
  --accept-suite SUITE                       also open tokens of this suite (x25519)
  --adopt NAMESPACE[,...]=HOW                files that were there may be taken over there: IfUnowned or Merge (default: none)
  --file-mode MODE                           mode of the opened files (default 0400)
  --listen HOST:PORT | off                   /healthz, /readyz, /metrics (default 127.0.0.1:9808)
  --log-level LEVEL                          trace, debug, info, warn, error, silent (default info)
  --version, --help

Example:
  lacre-controller --source git:https://git.example.org/shop.git#main --target directory:/run/secrets --key-file /etc/lacre/prod.key
`;

const FILE_MODES = ["0400", "0440", "0444", "0600", "0640", "0644"];
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** USAGE with the way to the help. */
export function usage(message: string, hint = "see: lacre-controller --help"): LacreError {
  return new LacreError("USAGE", message, { hint });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        source: { type: "string" },
        target: { type: "string" },
        "key-file": { type: "string", multiple: true },
        cluster: { type: "string" },
        "generate-first-key": { type: "string", default: "true" },
        "key-days": { type: "string", default: "180" },
        "require-backup": { type: "boolean" },
        "key-list": { type: "string" },
        "open-compromised": { type: "boolean" },
        sealers: { type: "string" },
        "allowed-signers": { type: "string" },
        namespace: { type: "string" },
        once: { type: "boolean" },
        "allow-empty": { type: "boolean" },
        "accept-suite": { type: "string", multiple: true },
        adopt: { type: "string", multiple: true },
        "file-mode": { type: "string", default: "0400" },
        interval: { type: "string", default: "10" },
        listen: { type: "string", default: "127.0.0.1:9808" },
        "log-level": { type: "string", default: "info" },
      },
    }).values;
  } catch (error) {
    throw usage(
      error instanceof Error ? (error.message.split("\n")[0] as string).replace(/\. To specify.*$/, "") : "bad option",
    );
  }
}

function parseSource(text: string, allowedSigners: string | undefined): SourceConfig {
  if (allowedSigners !== undefined && !text.startsWith("git:")) {
    throw usage("--allowed-signers goes with a git source", "a directory has no commits that could be signed");
  }
  if (text.startsWith("directory:") && text.length > 10) return { kind: "directory", path: text.slice(10) };
  if (text.startsWith("git:") && text.length > 4) {
    const [url = "", branch] = text.slice(4).split("#");
    if (url.startsWith("-") || branch?.startsWith("-")) throw usage("a Git URL or branch cannot start with '-'");
    return { kind: "git", url, branch: branch === "" ? undefined : branch, allowedSigners };
  }
  throw usage(`--source ${text} is neither directory:PATH nor git:URL#BRANCH`);
}

function parseTarget(text: string): Config["target"] {
  if (text.startsWith("directory:") && text.length > 10) return { kind: "directory", path: text.slice(10) };
  throw usage(`--target ${text} is not directory:PATH`);
}

/** HOST:PORT, or undefined for off. */
export function parseListen(text: string): ListenConfig | undefined {
  if (text === "off") return undefined;
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65_535) throw usage(`--listen ${text} is not HOST:PORT or off`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

/** The suites that are opened: the post-quantum one, and those that were named. */
export function parseSuites(names: readonly string[]): ReadonlySet<Suite> {
  const suites = new Set<Suite>(["mlkem768x25519"]);
  for (const name of names) {
    if (!isSuite(name)) throw usage(`--accept-suite ${name}: there is no such suite`, "suites: mlkem768x25519, x25519");
    suites.add(name);
  }
  return suites;
}

/** What the operator consents to, or USAGE. */
export function parseAdopt(texts: readonly string[]): OperatorConsent {
  const consent = parseOperatorConsent(texts);
  if (consent !== undefined) return consent;
  throw usage("--adopt must be NAMESPACE[,NAMESPACE...]=IfUnowned or =Merge", "as in: --adopt shop,billing=IfUnowned");
}

/** A number within limits, or USAGE. */
export function number(name: string, text: string, least: number, most: number, hint?: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw usage(`--${name} must be a number from ${least} to ${most}`, hint);
}

/** true or false, or USAGE. */
export function boolean(name: string, text: string, hint?: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw usage(`--${name} must be true or false`, hint);
}

type KeepingValues = {
  readonly "key-days": string;
  readonly "generate-first-key": string;
  readonly "require-backup"?: boolean | undefined;
};

/** How keys are made and kept, or USAGE: the same options for files and clusters. */
export function parseKeeping(
  values: KeepingValues,
  suite: Suite,
  hint?: string,
): { readonly newKeys: NewKeys; readonly keyPolicy: KeyPolicy } {
  return {
    newKeys: { suite, lifetimeMs: number("key-days", values["key-days"], 1, 36_500, hint) * 86_400_000 },
    keyPolicy: {
      generateFirstKey: boolean("generate-first-key", values["generate-first-key"], hint),
      requireBackup: values["require-backup"] === true,
    },
  };
}

/** The name of a cluster, or USAGE. */
export function parseCluster(text: string): string {
  if (CLUSTER.test(text)) return text;
  throw usage(
    `--cluster ${JSON.stringify(text.slice(0, 80))} is no name`,
    "lower-case letters, digits, '-', '_' and '.'",
  );
}

/** USAGE for a level that pino does not know. */
export function checkLogLevel(level: string): void {
  if (!LOG_LEVELS.includes(level)) throw usage(`--log-level must be one of ${LOG_LEVELS.join(", ")}`);
}

/** The configuration of a command line, or USAGE. */
export function parseConfig(args: readonly string[]): Config {
  const values = parse(args);
  if (values.source === undefined) throw usage("--source is missing");
  if (values.target === undefined) throw usage("--target is missing");
  if (values["key-file"] === undefined)
    throw usage("--key-file is missing", "make a key: lacre keys generate --key-file FILE");
  const interval = Number(values.interval);
  if (!(interval >= 0.1 && interval <= 86_400)) throw usage("--interval must be 0.1 to 86400 seconds");
  if (!FILE_MODES.includes(values["file-mode"])) throw usage(`--file-mode must be one of ${FILE_MODES.join(", ")}`);
  checkLogLevel(values["log-level"]);
  return {
    source: parseSource(values.source, values["allowed-signers"]),
    target: parseTarget(values.target),
    keyFiles: values["key-file"],
    cluster: values.cluster === undefined ? undefined : parseCluster(values.cluster),
    ...parseKeeping(values, "mlkem768x25519"),
    keyListFile: values["key-list"],
    openCompromised: values["open-compromised"] === true,
    sealersFile: values.sealers,
    namespace: values.namespace === undefined ? undefined : parseNamespace(values.namespace),
    once: values.once === true,
    allowEmpty: values["allow-empty"] === true,
    acceptSuites: parseSuites(values["accept-suite"] ?? []),
    adopt: parseAdopt(values.adopt ?? []),
    fileMode: Number.parseInt(values["file-mode"], 8),
    intervalMs: interval * 1000,
    listen: parseListen(values.listen),
    logLevel: values["log-level"],
  };
}
