/** The Secrets of a cluster as a target. A write is believed only when what the API server has stored is what was meant. */
import { objectName, type PlainSecret } from "../../../src/model/index.ts";
import { ADOPTED, LEFT_BEHIND, MAC, MANAGED_BY } from "../../../src/model/kubernetes.ts";
import type { Objection } from "../../decide/problem.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { KubeApi } from "../../kube/api.ts";
import { toApiError } from "../../kube/client.ts";
import { type SecretObject, splitKey } from "../../kube/object.ts";
import type { OperatorConsent } from "../consent.ts";
import type { Found, Glance, Holding, Performed, Sight, Target } from "../target.ts";
import { apiObjection } from "./api-objection.ts";
import { refuseName, refuseOwnName, refuseType } from "./driving.ts";
import { type LiveSecret, remember } from "./live.ts";
import { frozenBy, objectionOf } from "./objection.ts";
import { holdOf, isManaged, isOurs, isOursAlone, isOwnKey } from "./ownership.ts";
import { applyBody, readLive, strayFields } from "./secret-object.ts";

/** What the target works with. */
export type KubernetesTargetOptions = {
  /** Fenced: what it is asked to change is changed only while this replica leads. */
  readonly api: KubeApi;
  /** The key of the Secrets' MACs, 32 bytes. */
  readonly macKey: () => Uint8Array;
  /** What a watch has shown of Secrets, by object; undefined before it has shown all. */
  readonly seen: () => ReadonlyMap<string, LiveSecret> | undefined;
  /** What the operator consents to be taken over. */
  readonly adopt: OperatorConsent;
  /** The controller's own namespace. */
  readonly keyNamespace: string;
  /** True where it is a namespace for SealedSecrets too; its own names stay reserved. */
  readonly isKeyNamespaceShared: boolean;
};

/** A Secret as it was read. It holds values: it is never kept beyond one look. */
export type FoundSecret = Found<LiveSecret> & { readonly secret: SecretObject | undefined };

const NOT_READ: Objection = { reason: "TargetFailed", message: "not all Secrets of the cluster were seen yet" };

/** A Secret with nothing of ours in it: applied, it takes back all that we own. */
function empty({ metadata: { name, namespace, uid } }: SecretObject): SecretObject {
  const metadata = { name, ...(namespace && { namespace }), ...(uid && { uid }) };
  return { apiVersion: "v1", kind: "Secret", metadata };
}

/** Secrets, one at a time. A request that is fenced off is thrown: another replica leads, and nothing may be said of the object. */
export class KubernetesTarget implements Target<LiveSecret, FoundSecret> {
  readonly name = "kubernetes";
  readonly #options: KubernetesTargetOptions;

  constructor(options: KubernetesTargetOptions) {
    this.#options = options;
  }

  judge({ namespace, name, shape }: Wanted): Objection | undefined {
    return this.#refusePlace(namespace, name) ?? refuseName(name) ?? refuseType(shape.type);
  }

  #refusePlace(namespace: string, name: string): Objection | undefined {
    const { keyNamespace, isKeyNamespaceShared } = this.#options;
    if (namespace !== keyNamespace) return undefined;
    if (isKeyNamespaceShared) return refuseOwnName(name);
    return { reason: "NamespaceNotAllowed", message: "nothing is written into the controller's own namespace" };
  }

  async glance(objects: readonly string[]): Promise<Glance<LiveSecret>> {
    const seen = this.#options.seen();
    if (seen === undefined) return { ok: false, objection: NOT_READ };
    const stamps = objects.flatMap((object) => {
      const live = seen.get(object);
      return live === undefined ? [] : [[object, live] as const];
    });
    return { ok: true, stamps: new Map(stamps) };
  }

  async observe(wanted: Wanted, holding: Holding | undefined): Promise<Sight<FoundSecret>> {
    let secret: SecretObject | undefined;
    try {
      secret = await this.#options.api.getSecret(objectName(wanted));
    } catch (error) {
      return { ok: false, objection: apiObjection(toApiError(error), wanted.namespace) };
    }
    const found = {
      secret,
      stamp: secret && remember(secret, wanted, this.#options.macKey()),
      live: secret && readLive(wanted, secret),
      isOurs: secret !== undefined && isOurs(wanted, secret),
      adopted: secret && holdOf(wanted, secret).mark,
      objection: objectionOf(wanted, secret, holding?.written ?? new Set(), this.#options.adopt),
      frozen: frozenBy(wanted, secret),
    };
    return { ok: true, found };
  }

  async write(wanted: Wanted, plain: PlainSecret, { secret: found }: FoundSecret): Promise<Performed<LiveSecret>> {
    return this.#guarded(wanted, found, async () => {
      const stored = await this.#store(wanted, plain, found);
      if (found === undefined && !isOursAlone(stored)) {
        // Somebody made a Secret of this name between our look and our write: take back what we added.
        await this.#options.api.applySecret(empty(stored), "refused");
        return failed({ reason: "NotOwned", message: "somebody else has just made a Secret of this name" });
      }
      const live = remember(stored, wanted, this.#options.macKey());
      if (live.settledFor !== undefined) return { kind: "done", stamp: live, isChanged: true };
      const message = "what was stored differs from what was written: an admission webhook changes it";
      return failed({ reason: "WriteFailed", message });
    });
  }

  /** Values that come from other tokens than the mark says, as after resealing, are marked anew. */
  async confirm(wanted: Wanted, { live, stamp, secret }: FoundSecret): Promise<Performed<LiveSecret>> {
    if (live === undefined || stamp === undefined || stamp.settledFor !== undefined)
      return { kind: "done", stamp, isChanged: false };
    const { namespace, name, shape } = wanted;
    return this.#guarded(wanted, secret, async () => {
      const stored = await this.#store(wanted, { namespace, name, shape, values: live.values }, secret);
      // The values are right all the same, where a webhook keeps the mark off.
      return { kind: "done", stamp: remember(stored, wanted, this.#options.macKey()), isChanged: true };
    });
  }

  /** What the API server has stored. Throws what it refuses. */
  async #store(wanted: Wanted, plain: PlainSecret, found: SecretObject | undefined): Promise<SecretObject> {
    const { api, macKey } = this.#options;
    const strays = found && strayFields(wanted, found);
    const base = strays === undefined ? found : await api.patchSecret(objectName(wanted), strays);
    const body = applyBody(macKey(), wanted, plain, base);
    return api.applySecret(body, base === undefined ? "refused" : "taken");
  }

  async #guarded(
    wanted: Wanted,
    found: SecretObject | undefined,
    work: () => Promise<Performed<LiveSecret>>,
  ): Promise<Performed<LiveSecret>> {
    try {
      return await work();
    } catch (error) {
      const failure = toApiError(error);
      const isGone = failure.kind === "not-found" && found !== undefined;
      if (isGone || (failure.kind === "conflict" && failure.managers.length === 0)) return { kind: "conflict" };
      return failed(apiObjection(failure, wanted.namespace, wanted.shape.type));
    }
  }

  /** The garbage collector takes what we own; what is to stay is let go, as the Secret itself says. */
  async remove(object: string): Promise<Performed<LiveSecret>> {
    try {
      return { kind: "done", stamp: undefined, isChanged: await this.#letGo(object) };
    } catch (error) {
      const failure = toApiError(error);
      // It went while we looked: that is all that was wanted.
      if (failure.kind === "not-found") return { kind: "done", stamp: undefined, isChanged: false };
      if (failure.kind === "conflict") return { kind: "conflict" };
      return failed(apiObjection(failure, splitKey(object).namespace));
    }
  }

  /** True when something was written. */
  async #letGo(object: string): Promise<boolean> {
    const { api } = this.#options;
    const secret = await api.getSecret(object);
    if (secret === undefined || !isManaged(secret) || isOwnKey(secret)) return false;
    switch (secret.metadata.annotations?.[LEFT_BEHIND]) {
      case "Release":
        await api.applySecret(empty({ metadata: { ...secret.metadata, ...splitKey(object) } }), "refused");
        return true;
      case "Orphan":
      case "Keep": {
        const { uid, resourceVersion } = secret.metadata;
        const gone = {
          labels: { [MANAGED_BY]: null },
          annotations: { [MAC]: null, [LEFT_BEHIND]: null, [ADOPTED]: null },
        };
        await api.patchSecret(object, { metadata: { uid, resourceVersion, ...gone } });
        return true;
      }
      default:
        return false;
    }
  }
}

function failed(objection: Objection): Performed<LiveSecret> {
  return { kind: "failed", objection };
}
