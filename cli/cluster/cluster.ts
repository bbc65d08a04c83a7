/** The user's cluster, by the user's kubeconfig. The only importer of the Kubernetes client, which takes a second to load. */

import type { V1Secret } from "@kubernetes/client-node";
import { LacreError } from "../../src/errors.ts";
import type { KeySecret } from "../../src/keys/index.ts";
import { GROUP, GROUP_VERSION, PLURAL } from "../../src/model/kubernetes.ts";
import type { CommandContext } from "../context.ts";

/** Which cluster. */
export type ClusterOptions = { readonly kubeconfig?: string; readonly context?: string };

/** What is asked of the API server. */
export type ClusterReader = {
  /** The name of the context that is used. */
  readonly context: string;
  /** A ConfigMap; undefined where it is not there. */
  readonly configMap: (namespace: string, name: string) => Promise<StoredData | undefined>;
  /** Puts annotations on a ConfigMap; false where it is not there. */
  readonly annotateConfigMap: (namespace: string, name: string, annotations: Annotations) => Promise<boolean>;
  /** The names of the Secrets with a label, without their content. */
  readonly secretNames: (namespace: string, label: string) => Promise<readonly string[]>;
  /** What is known of the Secrets that a label selects, in one namespace or in all, without their content. */
  readonly secretsMetadata: (namespace: string | undefined, label: string) => Promise<readonly SecretMetadata[]>;
  /** Creates a Secret; false where one of this name is there already. */
  readonly createSecret: (namespace: string, secret: KeySecret) => Promise<boolean>;
  /** A SealedSecret as JSON; undefined where it is not there. */
  readonly sealedSecret: (namespace: string, name: string) => Promise<unknown>;
  /** All SealedSecrets of a namespace. */
  readonly sealedSecrets: (namespace: string) => Promise<readonly unknown[]>;
};

/** The metadata of a Secret: whose it is, and who declares what of it. */
export type SecretMetadata = {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Annotations;
  readonly ownerReferences?: readonly { readonly kind: string; readonly apiVersion: string }[];
  readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: object }[];
};

type Annotations = Readonly<Record<string, string>>;

/** What is in a ConfigMap. */
type StoredData = { readonly data: Annotations; readonly annotations: Annotations };

type Stored = { readonly data?: Annotations; readonly metadata?: { readonly annotations?: Annotations } };

function storedData(found: Stored | undefined): StoredData | undefined {
  return found && { data: found.data ?? {}, annotations: found.metadata?.annotations ?? {} };
}

type ListAnswer = { readonly items?: readonly unknown[]; readonly metadata?: { readonly continue?: string } };

const PAGE = 500;
const SEALED = { group: GROUP, version: GROUP_VERSION, plural: PLURAL };

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
  const METADATA_ONLY = setHeaderOptions("Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  const core = config.makeApiClient(CoreV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  return {
    context: config.getCurrentContext(),
    configMap: async (namespace, name) =>
      storedData(
        await orAbsent(core.readNamespacedConfigMap({ namespace, name }), `the ConfigMap ${namespace}/${name}`),
      ),
    annotateConfigMap: async (namespace, name, annotations) => {
      const asked = core.patchNamespacedConfigMap({ namespace, name, body: { metadata: { annotations } } }, MERGE);
      return (await orAbsent(asked, `change the ConfigMap ${namespace}/${name}`)) !== undefined;
    },
    secretNames: async (namespace, label) => {
      const asked = core.listNamespacedSecret({ namespace, labelSelector: label }, METADATA_ONLY);
      const list = await orAbsent(asked, `list the Secrets of ${namespace}`);
      return (list?.items ?? []).map((item) => item.metadata?.name ?? "");
    },
    secretsMetadata: async (namespace, label) => {
      const found: SecretMetadata[] = [];
      let next: string | undefined;
      do {
        const page = { limit: PAGE, labelSelector: label, ...(next !== undefined && { _continue: next }) };
        const asked =
          namespace === undefined
            ? core.listSecretForAllNamespaces(page, METADATA_ONLY)
            : core.listNamespacedSecret({ ...page, namespace }, METADATA_ONLY);
        const list = await orAbsent(asked, `list the Secrets of ${namespace ?? "all namespaces"}`);
        found.push(...(list?.items ?? []).map(({ metadata }) => (metadata ?? {}) as SecretMetadata));
        next = list?.metadata?._continue || undefined;
      } while (next !== undefined);
      return found;
    },
    createSecret: async (namespace, body) => {
      try {
        await core.createNamespacedSecret({ namespace, body: body as V1Secret });
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === 409) return false;
        throw explain(error, `create Secrets in ${namespace}`);
      }
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
