/** The controller's own configuration: its command line, checked before anything runs. */
import { parseArgs } from "node:util";
import type { KeyPolicy, NewKeys } from "../../src/keys/index.ts";
import { parseNamespace, type Scope, type Suite } from "../../src/model/index.ts";
import type { ListenConfig } from "../http/server.ts";
import {
  checkLogLevel,
  parseAdopt,
  parseCluster,
  parseKeeping,
  parseListen,
  parseScopes,
  parseSuites,
} from "../options.ts";
import { type ConfiguredSource, parseSource, SOURCE_FORMS } from "../sources/sources.ts";
import { type ConfiguredTarget, parseTarget, TARGET_KINDS } from "../targets/targets.ts";
import { usage } from "../usage.ts";

/** Everything that can be set. */
export type Config = {
  readonly source: ConfiguredSource;
  readonly target: ConfiguredTarget;
  /** The directory of the controller's own files. */
  readonly state: string;
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
  readonly acceptScopes: ReadonlySet<Scope>;
  readonly intervalMs: number;
  readonly listen: ListenConfig | undefined;
  readonly logLevel: string;
};

/** Shown by --help. */
export const HELP: string = `Usage: lacre-controller --source SOURCE --target TARGET --key-file FILE [options]
       lacre-controller --kubernetes [options]      see: lacre-controller --kubernetes --help
       lacre-controller reseal [options]            see: lacre-controller reseal --help

Opens sealed files and keeps a directory equal to what Git says.

Options:
  --source SOURCE                            where the sealed files are: ${SOURCE_FORMS.join(" or ")}
  --target TARGET                            ${TARGET_KINDS.map(({ form, help }) => `${form}   ${help}`).join(`\n${" ".repeat(45)}`)}
  --state DIR                                the controller's own files; needed where the target is no directory (default TARGET/..lacre)
  --key-file FILE                            private key file or key store, mode 0600; repeat for several
  --cluster NAME                             make a key store of this name where the first key file is not there
  --generate-first-key BOOLEAN               false while a lost controller is restored (default true)
  --key-days DAYS                            of a key store: a new key after so many days (default 180)
  --require-backup                           of a key store: a new key is used once lacre keys backup has run
  --key-list FILE                            write the signed public keys of the key store there
  --open-compromised                         open what is sealed for keys marked as compromised
  --sealers FILE                             whose signatures count, and in which namespaces: docs/signatures.md
  --allowed-signers FILE                     of a git source: only commits signed with SSH by one of these
  --accept-commit ID                         with it: take this commit though it does not descend from the last one, once
  --once                                     one pass, a report on stdout, then end
  --namespace NAME                           for manifests that name no namespace
  --interval SECONDS                         time between two passes (default 10)
  --allow-empty                              an empty source removes everything; refused otherwise
  --accept-suite SUITE                       also open tokens of this suite (x25519)
  --adopt NAMESPACE[,...]=HOW                files that were there may be taken over there: IfUnowned or Merge (default: none)
  --accept-scope SCOPE                       also open tokens of this scope (namespace, cluster)
  --file-mode MODE                           mode of the opened files (default 0400)
  --listen HOST:PORT | off                   /healthz, /readyz, /metrics (default 127.0.0.1:9808)
  --log-level LEVEL                          trace, debug, info, warn, error, silent (default info)
  --version, --help

Example:
  lacre-controller --source git:https://git.example.org/shop.git#main --target directory:/run/secrets --key-file /etc/lacre/prod.key
`;

const FILE_MODES = ["0400", "0440", "0444", "0600", "0640", "0644"];

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
        "accept-commit": { type: "string" },
        state: { type: "string" },
        namespace: { type: "string" },
        once: { type: "boolean" },
        "allow-empty": { type: "boolean" },
        "accept-suite": { type: "string", multiple: true },
        adopt: { type: "string", multiple: true },
        "accept-scope": { type: "string", multiple: true },
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
  const target = parseTarget(values.target, {
    adopt: parseAdopt(values.adopt ?? []),
    fileMode: Number.parseInt(values["file-mode"], 8),
  });
  const state = values.state ?? target.defaultState;
  if (state === undefined) throw usage("--state is missing: this target keeps no files of ours", "name a directory");
  return {
    source: parseSource(values.source, {
      allowedSigners: values["allowed-signers"],
      acceptCommit: values["accept-commit"],
    }),
    target,
    state,
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
    acceptScopes: parseScopes(values["accept-scope"] ?? []),
    intervalMs: interval * 1000,
    listen: parseListen(values.listen),
    logLevel: values["log-level"],
  };
}
