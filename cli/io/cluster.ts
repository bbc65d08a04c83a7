/** The user's cluster, by the user's kubeconfig. The only importer of the Kubernetes client, which takes a second to load. */
import { LacreError } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";

/** Which cluster. */
export type ClusterOptions = { readonly kubeconfig?: string; readonly context?: string };

/** What is asked of the API server. */
export type ClusterReader = {
  /** The name of the context that is used. */
  readonly context: string;
  /** The data of a ConfigMap; undefined where it is not there. */
  readonly configMap: (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Puts an annotation on a ConfigMap; false where it is not there. */
  readonly annotateConfigMap: (namespace: string, name: string, key: string, value: string) => Promise<boolean>;
  /** A SealedSecret as JSON; undefined where it is not there. */
  readonly sealedSecret: (namespace: string, name: string) => Promise<unknown>;
  /** All SealedSecrets of a namespace. */
  readonly sealedSecrets: (namespace: string) => Promise<readonly unknown[]>;
};

type ListAnswer = { readonly items?: readonly unknown[]; readonly metadata?: { readonly continue?: string } };

const PAGE = 500;
const SEALED = { group: "lacre.dev", version: "v1alpha1", plural: "sealedsecrets" };

function failed(message: string, hint: string, cause: unknown): LacreError {
  return new LacreError("CLUSTER_FAILED", message, { hint, cause });
}

/** What went wrong, in the user's words. The answer's own text is not shown: it may quote what was sent. */
function explain(error: unknown, what: string): LacreError {
  const code = (error as { code?: unknown }).code;
  if (code === 401)
    return failed(`the cluster does not accept your credentials`, "log in again, or choose --context", error);
  if (code === 403)
    return failed(`you have no right to ${what}`, "ask who runs the cluster; lacre-view is enough for reading", error);
  if (typeof code === "number")
    return failed(`the cluster answered ${code} for ${what}`, "is lacre installed there?", error);
  return failed("the cluster cannot be reached", "check the kubeconfig, the VPN and: kubectl get --raw /readyz", error);
}

async function orAbsent<T>(asked: Promise<T>, what: string): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return undefined;
    throw explain(error, what);
  }
}

/** Opens the cluster that kubectl would use, or the one named. */
export async function openCluster(context: CommandContext, options: ClusterOptions): Promise<ClusterReader> {
  const { CoreV1Api, CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } = await import(
    "@kubernetes/client-node"
  );
  const config = new KubeConfig();
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
  } catch (cause) {
    throw failed("the kubeconfig cannot be read", "check --kubeconfig and the variable KUBECONFIG", cause);
  }
  if (options.context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(options.context)) {
      throw new LacreError("USAGE", `the kubeconfig has no context ${options.context}`, {
        hint: `it has: ${known.join(", ") || "none"}`,
      });
    }
    config.setCurrentContext(options.context);
  }
  if (config.getCurrentCluster() === null) {
    throw new LacreError("USAGE", "the kubeconfig names no cluster to use", { hint: "name one: --context NAME" });
  }
  context.progress(`asking ${config.getCurrentContext()}`);
  const core = config.makeApiClient(CoreV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  return {
    context: config.getCurrentContext(),
    configMap: async (namespace, name) => {
      const what = `the ConfigMap ${namespace}/${name}`;
      const found = await orAbsent(core.readNamespacedConfigMap({ namespace, name }), what);
      return found === undefined ? undefined : (found.data ?? {});
    },
    annotateConfigMap: async (namespace, name, key, value) => {
      const body = { metadata: { annotations: { [key]: value } } };
      const asked = core.patchNamespacedConfigMap(
        { namespace, name, body },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
      return (await orAbsent(asked, `the ConfigMap ${namespace}/${name}`)) !== undefined;
    },
    sealedSecret: (namespace, name) =>
      orAbsent(
        custom.getNamespacedCustomObject({ ...SEALED, namespace, name }),
        `the SealedSecret ${namespace}/${name}`,
      ),
    sealedSecrets: async (namespace) => {
      const found: unknown[] = [];
      let next: string | undefined;
      do {
        const page = { limit: PAGE, ...(next !== undefined && { _continue: next }) };
        const asked = custom.listNamespacedCustomObject({ ...SEALED, namespace, ...page });
        const list = (await orAbsent(asked, `the SealedSecrets of ${namespace}`)) as ListAnswer | undefined;
        found.push(...(list?.items ?? []));
        next = list?.metadata?.continue || undefined;
      } while (next !== undefined);
      return found;
    },
  };
}
