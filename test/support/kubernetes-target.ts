/** The Secrets of a test's cluster as a target, as a thread opens them. */
import { Access } from "../../controller/kube/access.ts";
import { KubeApi } from "../../controller/kube/api.ts";
import { KubeClient } from "../../controller/kube/client.ts";
import { NO_CONSENT } from "../../controller/targets/consent.ts";
import { KubernetesTarget, type KubernetesTargetOptions } from "../../controller/targets/kubernetes/kubernetes.ts";

/** What it takes to open it. */
type Opening = { readonly kubeconfig: string; readonly keyNamespace: string };

/** The key of the MACs. */
export const MAC_KEY: Uint8Array = new Uint8Array(32).fill(7);
const REQUEST_TIMEOUT_MS = 10_000;

/** A client with the rights of a kubeconfig. */
export function clientOf(kubeconfig: string): KubeClient {
  const access = new Access({ kubeconfig, context: undefined, tokenFile: undefined });
  return new KubeClient(access, "lacre-test", REQUEST_TIMEOUT_MS);
}

/** data: an Opening. */
export function open(data: unknown, options: Partial<KubernetesTargetOptions> = {}): KubernetesTarget {
  const { kubeconfig, keyNamespace } = data as Opening;
  return new KubernetesTarget({
    api: new KubeApi(clientOf(kubeconfig)),
    macKey: () => MAC_KEY,
    seen: () => undefined,
    adopt: NO_CONSENT,
    keyNamespace,
    isKeyNamespaceShared: false,
    ...options,
  });
}
