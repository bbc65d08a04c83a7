/** Writes Secrets, and believes a write only when what the API server has stored is what was meant. */

import { type PlainSecret, wipeSecret } from "../../src/model/index.ts";
import { ADOPTED, LEFT_BEHIND, MAC, MANAGED_BY } from "../../src/model/kubernetes.ts";
import type { Objection } from "../decide/problem.ts";
import type { KubeApi } from "../kube/api.ts";
import { type SecretObject, splitKey } from "../kube/object.ts";
import { applyBody, isManaged, isOursAlone, isOwnKey, strayFields, type Wanted } from "../targets/secret-object.ts";
import { type LiveSecret, remember } from "./tracked.ts";

/** What a writer works with. */
export type SecretWriterOptions = {
  readonly api: KubeApi;
  readonly macKey: () => Uint8Array;
};

/** A Secret with nothing of ours in it: applied, it takes back all that we own. */
function empty({ metadata: { name, namespace, uid } }: SecretObject): SecretObject {
  const metadata = { name, ...(namespace && { namespace }), ...(uid && { uid }) };
  return { apiVersion: "v1", kind: "Secret", metadata };
}

/** Writes one Secret at a time. */
export class SecretWriter {
  readonly #options: SecretWriterOptions;

  constructor(options: SecretWriterOptions) {
    this.#options = options;
  }

  /** Makes the Secret what is wanted: the Secret as it is then, or why not. `plain` is wiped. Throws ApiError. */
  async write(wanted: Wanted, plain: PlainSecret, found: SecretObject | undefined): Promise<LiveSecret | Objection> {
    const { api, macKey } = this.#options;
    const key = `${wanted.namespace}/${wanted.name}`;
    try {
      const strays = found && strayFields(wanted, found);
      const base = strays === undefined ? found : await api.patchSecret(key, strays);
      const body = applyBody(macKey(), wanted, plain, base);
      const stored = await api.applySecret(body, base === undefined ? "refused" : "taken");
      if (found === undefined && !isOursAlone(stored)) {
        // Somebody made a Secret of this name between our look and our write: take back what we added.
        await api.applySecret(empty(stored), "refused");
        return { reason: "NotOwned", message: "somebody else has just made a Secret of this name" };
      }
      const live = remember(stored, wanted, macKey());
      if (live.settledFor !== undefined) return live;
      const message = "what was stored differs from what was written: an admission webhook changes it";
      return { reason: "WriteFailed", message };
    } finally {
      wipeSecret(plain);
    }
  }

  /**
   * A Secret whose SealedSecret is gone: the garbage collector takes what we own, what is to stay is let go. True when
   * something was written.
   */
  async release(key: string): Promise<boolean> {
    const { api } = this.#options;
    // It is there, and another shard's, or on its way to us.
    if ((await api.getSealed(key)) !== undefined) return false;
    const secret = await api.getSecret(key);
    if (secret === undefined || !isManaged(secret) || isOwnKey(secret)) return false;
    switch (secret.metadata.annotations?.[LEFT_BEHIND]) {
      case "Release":
        await api.applySecret(empty({ metadata: { ...secret.metadata, ...splitKey(key) } }), "refused");
        return true;
      case "Orphan":
      case "Keep": {
        const { uid, resourceVersion } = secret.metadata;
        const gone = {
          labels: { [MANAGED_BY]: null },
          annotations: { [MAC]: null, [LEFT_BEHIND]: null, [ADOPTED]: null },
        };
        await api.patchSecret(key, { metadata: { uid, resourceVersion, ...gone } });
        return true;
      }
      default:
        return false;
    }
  }
}
