/** The command line of `lacre-controller --kubernetes`, checked before anything runs. */

import * as fs from "node:fs";
import * as os from "node:os";
import { parseArgs } from "node:util";
import { LacreError } from "../../src/errors.ts";
import type { KeyPolicy, NewKeys } from "../../src/keys/index.ts";
import { isSuite, parseNamespace, type Scope, type Suite } from "../../src/model/index.ts";
import { CONTROLLER, KEY_NAMESPACE } from "../../src/model/kubernetes.ts";
import type { RollbackPolicy } from "../decide/high-water.ts";
import type { ListenConfig } from "../http/server.ts";
import type { AccessOptions } from "../kube/access.ts";
import {
  boolean,
  checkLogLevel,
  number,
  parseAdopt,
  parseCluster,
  parseKeeping,
  parseListen,
  parseScopes,
  parseSuites,
} from "../options.ts";
import type { OperatorConsent } from "../targets/consent.ts";
import { usage } from "../usage.ts";

/** Everything that can be set. */
export type ClusterConfig = {
  readonly access: AccessOptions;
  /** The namespaces that are looked after; all, if empty. */
  readonly namespaces: readonly string[];
  readonly keyNamespace: string;
  /** undefined: the name in the list that is published. */
  readonly cluster: string | undefined;
  readonly newKeys: NewKeys;
  readonly keyPolicy: KeyPolicy;
  /** Post-quantum age recipients. */
  readonly backupRecipients: readonly string[];
  readonly openCompromised: boolean;
  /** The fingerprint that the identity must have; undefined: the one that the keys vouch for. */
  readonly pinnedIdentity: string | undefined;
  /** Whole ids of keys that have no proof and are the cluster's all the same. */
  readonly adoptKeys: ReadonlySet<string>;
  readonly acceptSuites: ReadonlySet<Suite>;
  readonly acceptScopes: ReadonlySet<Scope>;
  readonly rollback: RollbackPolicy;
  /** Whose signatures count. */
  readonly sealersFile: string | undefined;
  /** Where a Secret that was there before may be taken over. */
  readonly adopt: OperatorConsent;
  readonly allowMetadata: readonly string[];
  readonly shard: string | undefined;
  readonly leaseName: string;
  readonly leaseMs: number;
  readonly identity: string;
  readonly concurrency: number;
  readonly resyncMs: number;
  readonly requestTimeoutMs: number;
  readonly watchIdleMs: number;
  readonly events: boolean;
  readonly listen: ListenConfig | undefined;
  readonly logLevel: string;
};

/** Shown by --help. */
export const CLUSTER_HELP = `Usage: lacre-controller --kubernetes [options]

Watches SealedSecrets and keeps the Secrets of the same name as Git says.

Options:
  --namespace NAME               look after this namespace only; repeat for several (default: all)
  --key-namespace NAME           where the private keys are (default: the Pod's own, or lacre-system)
  --cluster NAME                 the name in the published key list; required once (later default: as it is published)
  --suite SUITE                  suite of new keys (default mlkem768x25519)
  --key-days DAYS                a new key after so many days (default 180)
  --generate-first-key BOOLEAN   false while a cluster is restored (default true)
  --identity SHA256:...          the identity that the keys must be of: its fingerprint is in the log of the first start
  --adopt-key ID                 vouch for a key Secret without a proof, by its whole id; repeat for several
  --backup-recipient AGE1PQ1...  keep a backup of the keys, locked for this recovery key; repeat for several
  --require-backup               a new key is used only once its backup was taken: lacre keys backup
  --open-compromised             open what is sealed for keys marked as compromised
  --accept-suite SUITE           also open tokens of this suite (x25519)
  --accept-scope SCOPE           also open tokens of this scope (namespace, cluster)
  --sealers FILE                 whose signatures count, and in which namespaces: docs/signatures.md
  --rollback warn|refuse         what to do about a token older than one applied before (default warn)
  --adopt NAMESPACE[,...]=HOW     Secrets that were there may be taken over there: IfUnowned or Merge; repeat (default: none)
  --allow-metadata KEY|PREFIX/   labels and annotations of spec.secret that may reach the Secret; repeat
  --shard SELECTOR               only SealedSecrets with these labels; each shard has its own lease
  --lease-seconds SECONDS        a replica that stops is followed by another after this time (default 15)
  --concurrency NUMBER           objects worked on at the same time (default 16)
  --resync SECONDS               list everything anew after this time (default 3600)
  --request-timeout SECONDS      an answer of the API server may take this long (default 15)
  --watch-idle SECONDS           a watch without a byte for this long is dead (default 100)
  --events BOOLEAN               send Kubernetes Events (default true)
  --kubeconfig FILE, --context NAME, --token-file FILE   outside of a Pod
  --listen HOST:PORT | off       /healthz, /readyz, /metrics, /v1/keys (default 127.0.0.1:9808)
  --log-level LEVEL              trace, debug, info, warn, error, silent (default info)

Example:
  lacre-controller --kubernetes --cluster prod --listen 0.0.0.0:9808
`;

const OPTIONS = {
  kubernetes: { type: "boolean" },
  namespace: { type: "string", multiple: true },
  "key-namespace": { type: "string" },
  cluster: { type: "string" },
  suite: { type: "string", default: "mlkem768x25519" },
  "key-days": { type: "string", default: "180" },
  "generate-first-key": { type: "string", default: "true" },
  identity: { type: "string" },
  "adopt-key": { type: "string", multiple: true },
  "backup-recipient": { type: "string", multiple: true },
  "require-backup": { type: "boolean" },
  "open-compromised": { type: "boolean" },
  "accept-suite": { type: "string", multiple: true },
  "accept-scope": { type: "string", multiple: true },
  sealers: { type: "string" },
  rollback: { type: "string", default: "warn" },
  adopt: { type: "string", multiple: true },
  "allow-metadata": { type: "string", multiple: true },
  shard: { type: "string" },
  "lease-seconds": { type: "string", default: "15" },
  concurrency: { type: "string", default: "16" },
  resync: { type: "string", default: "3600" },
  "request-timeout": { type: "string", default: "15" },
  "watch-idle": { type: "string", default: "100" },
  events: { type: "string", default: "true" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  "token-file": { type: "string" },
  listen: { type: "string", default: "127.0.0.1:9808" },
  "log-level": { type: "string", default: "info" },
} as const;

const HINT = "see: lacre-controller --kubernetes --help";
const OWN_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] as string) : "bad option";
    throw usage(message.replace(/\. To specify.*$/, ""), HINT);
  }
}

/** The namespace of the Pod that this runs in, or lacre-system. */
export function ownNamespace(): string {
  if (process.env["POD_NAMESPACE"]) return process.env["POD_NAMESPACE"];
  try {
    return fs.readFileSync(OWN_NAMESPACE, "utf8").trim();
  } catch {
    return KEY_NAMESPACE;
  }
}

/** A selector in a lease's name: each shard has its own leader. */
function leaseName(shard: string | undefined): string {
  if (shard === undefined) return CONTROLLER;
  return `${CONTROLLER}-${shard
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 200)}`;
}

function parseSuite(text: string): Suite {
  if (isSuite(text)) return text;
  throw usage(`--suite ${text}: there is no such suite`, "suites: mlkem768x25519, x25519");
}

/** The fingerprint of an identity as it was given, or USAGE. */
export function parseFingerprint(text: string | undefined): string | undefined {
  if (text === undefined || /^SHA256:[\w-]{43}$/.test(text)) return text;
  throw usage(
    "--identity must be a fingerprint, SHA256: and 43 characters",
    "it is in the log of the controller's first start; lacre keys fetch shows it too",
  );
}

function parseKeyIds(ids: readonly string[]): ReadonlySet<string> {
  const wrong = ids.find((id) => !/^[0-9a-f]{32}$/.test(id));
  if (wrong === undefined) return new Set(ids);
  throw usage("--adopt-key takes a whole key id, all 32 digits", "lacre keys list --json shows them");
}

function parseRollback(text: string): RollbackPolicy {
  if (text === "warn" || text === "refuse") return text;
  throw usage("--rollback must be warn or refuse", HINT);
}

/** Recipients as they are named; whether each is one is seen when the controller starts. */
function parseRecipients(recipients: readonly string[], isRequired: boolean): readonly string[] {
  if (isRequired && recipients.length === 0) {
    throw usage(
      "--require-backup needs somebody who can open backups",
      "make a recovery key, and name its recipient: --backup-recipient age1pq1...; see: lacre keys recovery-key --help",
    );
  }
  return [...new Set(recipients)];
}

function parseAdoptIn(texts: readonly string[], namespaces: readonly string[]): OperatorConsent {
  const consent = parseAdopt(texts);
  const stranger = [...consent.keys()].find((name) => namespaces.length > 0 && !namespaces.includes(name));
  if (stranger !== undefined) {
    throw usage(
      `--adopt ${stranger}: the controller does not look after it`,
      `add --namespace ${stranger}, or leave it out`,
    );
  }
  return consent;
}

/** The configuration of a command line, or USAGE. */
export function parseClusterConfig(args: readonly string[]): ClusterConfig {
  const values = parse(args);
  checkLogLevel(values["log-level"]);
  if (values.kubeconfig !== undefined && !fs.existsSync(values.kubeconfig)) {
    throw new LacreError("INPUT_NOT_FOUND", `the kubeconfig ${values.kubeconfig} is not there`, {
      hint: "check its path",
    });
  }
  const suite = parseSuite(values.suite);
  const namespaces = [...new Set((values.namespace ?? []).map(parseNamespace))];
  return {
    access: { kubeconfig: values.kubeconfig, context: values.context, tokenFile: values["token-file"] },
    namespaces,
    adopt: parseAdoptIn(values.adopt ?? [], namespaces),
    keyNamespace: parseNamespace(values["key-namespace"] ?? ownNamespace()),
    cluster: values.cluster === undefined ? undefined : parseCluster(values.cluster),
    ...parseKeeping(values, suite, HINT),
    backupRecipients: parseRecipients(values["backup-recipient"] ?? [], values["require-backup"] === true),
    pinnedIdentity: parseFingerprint(values.identity),
    adoptKeys: parseKeyIds(values["adopt-key"] ?? []),
    openCompromised: values["open-compromised"] === true,
    // Keys of a suite that one chose oneself are meant to be used.
    acceptSuites: new Set([...parseSuites(values["accept-suite"] ?? []), suite]),
    acceptScopes: parseScopes(values["accept-scope"] ?? []),
    sealersFile: values.sealers,
    rollback: parseRollback(values.rollback),
    allowMetadata: values["allow-metadata"] ?? [],
    shard: values.shard,
    leaseName: leaseName(values.shard),
    leaseMs: number("lease-seconds", values["lease-seconds"], 1, 3_600, HINT) * 1000,
    identity: `${process.env["POD_NAME"] || os.hostname()}_${process.pid}_${Date.now().toString(36)}`,
    concurrency: number("concurrency", values.concurrency, 1, 256, HINT),
    resyncMs: number("resync", values.resync, 1, 604_800, HINT) * 1000,
    requestTimeoutMs: number("request-timeout", values["request-timeout"], 0.1, 600, HINT) * 1000,
    watchIdleMs: number("watch-idle", values["watch-idle"], 1, 3_600, HINT) * 1000,
    events: boolean("events", values.events, HINT),
    listen: parseListen(values.listen),
    logLevel: values["log-level"],
  };
}
