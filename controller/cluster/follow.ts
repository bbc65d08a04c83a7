/** The watches of a cluster's objects and of their Secrets: in which order they begin, and what each change asks for. */
import { MANAGED_BY, MANAGER } from "../../src/model/kubernetes.ts";
import { type KubeApi, sealedPath, secretsPath } from "../kube/api.ts";
import { Collection, type CollectionOptions } from "../kube/collection.ts";
import { type KubeObject, keyOf, type SealedSecretObject, type SecretObject } from "../kube/object.ts";
import { pause } from "../pause.ts";
import type { Troubles } from "../telemetry/troubles.ts";
import type { Known } from "./known.ts";

/** Anything that is listed first, and then watched. */
type Followed = { readonly isSynced: boolean };

/** What is followed, and who is told. */
export type FollowOptions = {
  readonly api: KubeApi;
  readonly known: Known;
  readonly troubles: Troubles;
  /** All of them, if none is named. */
  readonly namespaces: readonly string[];
  /** A label selector: the SealedSecrets of this shard. */
  readonly shard: string | undefined;
  readonly watchIdleMs: number;
  /** What is known of the keys comes first. */
  readonly keys: Followed;
  /** An object needs a look. */
  readonly look: (key: string) => void;
  /** A SealedSecret is gone. */
  readonly gone: (key: string) => void;
};

function areSynced(collections: readonly Followed[]): boolean {
  return collections.every(({ isSynced }) => isSynced);
}

async function untilSynced(collections: readonly Followed[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !areSynced(collections)) await pause(10, signal);
}

/** SealedSecrets and their Secrets, in the namespaces that are followed. */
export class Follow {
  readonly #options: FollowOptions;
  readonly #sealed: readonly Collection<SealedSecretObject>[];
  readonly #secrets: readonly Collection<SecretObject>[];

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#sealed = this.#perNamespace((namespace) => this.#followSealed(namespace));
    this.#secrets = this.#perNamespace((namespace) => this.#followSecrets(namespace));
  }

  get isSynced(): boolean {
    return areSynced([...this.#sealed, ...this.#secrets]);
  }

  /** Before that, absence must not be taken for a deletion. */
  get areSecretsKnown(): boolean {
    return areSynced(this.#secrets);
  }

  /** Objects before their Secrets, and keys before both: a Secret can then be judged when it is seen. `synced` is called once. */
  async run(signal: AbortSignal, synced: () => void): Promise<void> {
    await untilSynced([this.#options.keys], signal);
    const sealed = this.#sealed.map((one) => one.run(signal));
    await untilSynced(this.#sealed, signal);
    const secrets = this.#secrets.map((one) => one.run(signal));
    await untilSynced(this.#secrets, signal);
    if (!signal.aborted) synced();
    await Promise.all([...sealed, ...secrets]);
  }

  relist(): void {
    for (const one of [...this.#sealed, ...this.#secrets]) one.relist();
  }

  /** All SealedSecrets, asked for anew. */
  async *listSealed(): AsyncGenerator<SealedSecretObject> {
    for (const namespace of this.#perNamespace((one) => one)) yield* this.#options.api.listSealed(namespace);
  }

  #perNamespace<T>(make: (namespace: string | undefined) => T): readonly T[] {
    const { namespaces } = this.#options;
    return namespaces.length === 0 ? [make(undefined)] : namespaces.map(make);
  }

  #collection<T extends KubeObject>(
    what: string,
    namespace: string | undefined,
    options: Pick<CollectionOptions<T>, "path" | "labelSelector" | "upsert" | "remove">,
  ): Collection<T> {
    const { api, troubles, watchIdleMs } = this.#options;
    const called = namespace === undefined ? what : `${what} in ${namespace}`;
    return new Collection<T>({
      ...options,
      client: api.client,
      idleMs: watchIdleMs,
      problem: (error) => troubles.reading(called, error),
      surprised: (key, error) => troubles.surprise(key, error),
    });
  }

  #followSealed(namespace: string | undefined): Collection<SealedSecretObject> {
    const { shard, known, gone } = this.#options;
    return this.#collection<SealedSecretObject>("sealedsecrets", namespace, {
      path: sealedPath(namespace),
      ...(shard !== undefined && { labelSelector: shard }),
      upsert: (object) => this.#lookIf(known.sawSealed(object), keyOf(object)),
      remove: (key) => {
        known.source.remove(key);
        gone(key);
      },
    });
  }

  #followSecrets(namespace: string | undefined): Collection<SecretObject> {
    const { known, look } = this.#options;
    return this.#collection<SecretObject>("secrets", namespace, {
      path: secretsPath(namespace),
      // Never every Secret of the cluster: only those that carry our label.
      labelSelector: `${MANAGED_BY}=${MANAGER}`,
      upsert: (secret) => this.#lookIf(known.sawSecret(secret), keyOf(secret)),
      remove: (key) => {
        known.secrets.delete(key);
        if (known.sealed.has(key)) look(key);
      },
    });
  }

  #lookIf(isNeeded: boolean, key: string): void {
    if (isNeeded && this.areSecretsKnown) this.#options.look(key);
  }
}
