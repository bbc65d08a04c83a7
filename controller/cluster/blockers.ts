/** Secrets that are not ours and stand where one of ours belongs: each is watched alone, so that its going is noticed at once. */

import { secretsPath } from "../kube/api.ts";
import type { KubeClient } from "../kube/client.ts";
import { Collection } from "../kube/collection.ts";
import { type KubeObject, splitKey } from "../kube/object.ts";

// Each costs one connection. What is beyond waits for the next full list.
const MOST = 64;

/** Watches the names that are blocked. Metadata only: nobody's values are read. */
export class Blockers {
  readonly #client: KubeClient;
  readonly #idleMs: number;
  readonly #changed: (key: string) => void;
  readonly #watched = new Map<string, AbortController>();

  constructor(client: KubeClient, idleMs: number, changed: (key: string) => void) {
    this.#client = client;
    this.#idleMs = idleMs;
    this.#changed = changed;
  }

  set(key: string, isBlocked: boolean): void {
    const watched = this.#watched.get(key);
    if (!isBlocked) {
      watched?.abort();
      this.#watched.delete(key);
      return;
    }
    if (watched !== undefined || this.#watched.size >= MOST) return;
    const stop = new AbortController();
    this.#watched.set(key, stop);
    const { namespace, name } = splitKey(key);
    const collection = new Collection<KubeObject>({
      client: this.#client,
      path: secretsPath(namespace),
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      idleMs: this.#idleMs,
      upsert: () => this.#changed(key),
      remove: () => this.#changed(key),
      // It may have gone between our look and this list.
      listed: () => this.#changed(key),
    });
    void collection.run(stop.signal);
  }

  close(): void {
    for (const stop of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }
}
