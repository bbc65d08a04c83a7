/** The command line of `lacre-controller reseal`. */
import { parseArgs } from "node:util";
import { parseNamespace } from "../../src/model/index.ts";
import { ownNamespace, parseFingerprint } from "../cluster/config.ts";
import type { AccessOptions } from "../kube/access.ts";
import { checkLogLevel, parseCluster } from "../options.ts";
import { usage } from "../usage.ts";

/** Everything that can be set. */
export type ResealConfig = {
  readonly access: AccessOptions;
  readonly namespaces: readonly string[];
  readonly keyNamespace: string;
  readonly cluster: string;
  /** Key lists of clusters that share values with this one. */
  readonly others: readonly string[];
  readonly signWith: string | undefined;
  /** The fingerprint that the cluster's identity must have. */
  readonly pinnedIdentity: string | undefined;
  /** A new file, or `-`. */
  readonly output: string;
  readonly logLevel: string;
};

/** Shown by --help. */
export const RESEAL_HELP = `Usage: lacre-controller reseal [options]

Moves every entry that the controller may read to the newest key, and prints the new tokens: ciphertext only, nothing is written
into the cluster. Apply them to the files in Git with: lacre reseal --from FILE secrets/

Options:
  --namespace NAME        this namespace only; repeat for several (default: all)
  --key-namespace NAME    where the private keys are (default: the Pod's own, or lacre-system)
  --cluster NAME          the name in the result (default: lacre)
  --identity SHA256:...   the identity that the keys must be of
  --other-keys FILE       key list of another cluster that shares values with this one; repeat
  --sign-with FILE        sign the new tokens with this key; signed entries are left out otherwise
  --output FILE           a new file, on a volume; - for standard output (default)
  --kubeconfig FILE, --context NAME, --token-file FILE   outside of a Pod
  --log-level LEVEL       trace, debug, info, warn, error, silent (default info)

Example:
  kubectl apply -f deploy/jobs/reseal.yaml
  kubectl logs -n lacre-system job/lacre-reseal | lacre reseal --from - secrets/
`;

const OPTIONS = {
  namespace: { type: "string", multiple: true },
  "key-namespace": { type: "string" },
  cluster: { type: "string", default: "lacre" },
  identity: { type: "string" },
  "other-keys": { type: "string", multiple: true },
  "sign-with": { type: "string" },
  output: { type: "string", default: "-" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  "token-file": { type: "string" },
  "log-level": { type: "string", default: "info" },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] as string) : "bad option";
    throw usage(message.replace(/\. To specify.*$/, ""), "see: lacre-controller reseal --help");
  }
}

/** The configuration of a command line, without `reseal` itself, or USAGE. */
export function parseResealConfig(args: readonly string[]): ResealConfig {
  const values = parse(args);
  checkLogLevel(values["log-level"]);
  return {
    access: { kubeconfig: values.kubeconfig, context: values.context, tokenFile: values["token-file"] },
    namespaces: [...new Set((values.namespace ?? []).map(parseNamespace))],
    keyNamespace: parseNamespace(values["key-namespace"] ?? ownNamespace()),
    cluster: parseCluster(values.cluster),
    others: values["other-keys"] ?? [],
    signWith: values["sign-with"],
    pinnedIdentity: parseFingerprint(values.identity),
    output: values.output,
    logLevel: values["log-level"],
  };
}
