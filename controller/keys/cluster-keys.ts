/** The keys of a cluster as one thing: followed by a watch, kept, backed up and published by the replica that leads. */

import type { Engine } from "../../src/crypto/index.ts";
import type { KeyPolicy } from "../../src/keys/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import { IDENTITY, SEALING_KEY } from "../../src/model/kubernetes.ts";
import { type KubeApi, secretsPath } from "../kube/api.ts";
import { ApiError } from "../kube/api-error.ts";
import { Collection } from "../kube/collection.ts";
import type { EventRecorder } from "../kube/events.ts";
import { Fenced } from "../kube/fence.ts";
import type { SecretObject } from "../kube/object.ts";
import { pause } from "../pause.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Troubles } from "../telemetry/troubles.ts";
import { HeldKeys } from "./held-keys.ts";
import { KeyBackup } from "./key-backup.ts";
import { KeyKeeper, type KeyKeeperOptions } from "./key-keeper.ts";
import type { KeyUse } from "./key-uses.ts";
import { UnprovenEvents } from "./unproven-events.ts";

/** How they are kept, as the operator wants it. */
type ClusterKeysConfig = Pick<KeyKeeperOptions, "cluster" | "newKeys" | "adoptKeys"> & {
  readonly keyNamespace: string;
  readonly keyPolicy: KeyPolicy;
  readonly openCompromised: boolean;
  /** The fingerprint that the identity must have. */
  readonly pinnedIdentity: string | undefined;
  /** Who can open backups; nobody: none is made. */
  readonly backupRecipients: readonly string[];
  readonly watchIdleMs: number;
};

/** What the keys need. */
export type ClusterKeysOptions = {
  readonly config: ClusterKeysConfig;
  /** Fenced. */
  readonly api: KubeApi;
  readonly engine: Engine;
  readonly log: Logger;
  readonly troubles: Troubles;
  /** undefined: no Events are sent. */
  readonly events: EventRecorder | undefined;
  readonly isLeading: () => boolean;
  /** What needs each key, of all that this controller may read. */
  readonly uses: () => Promise<ReadonlyMap<KeyId, KeyUse>>;
  readonly changed: () => void;
  /** A key that was held is destroyed. */
  readonly destroyed: (keyId: KeyId) => void;
};

/** People wait for the answer to what they ask of the keys. */
const INTERVAL_MS = 3_000;
/** A new cluster waits for its first list. */
const FIRST_INTERVAL_MS = 1_000;

/** Keys from their Secrets to their list. */
export class ClusterKeys {
  readonly held: HeldKeys;
  readonly #options: ClusterKeysOptions;
  readonly #backup: KeyBackup | undefined;
  readonly #keeper: KeyKeeper;
  readonly #collections: readonly Collection<SecretObject>[];

  constructor(options: ClusterKeysOptions) {
    this.#options = options;
    const { api, engine, log, troubles, events, uses, config } = options;
    const { keyNamespace: namespace, backupRecipients: recipients } = config;
    const told = (message: string, details: Readonly<Record<string, string>>) => log.info(details, message);
    this.held = new HeldKeys({
      engine,
      openCompromised: config.openCompromised,
      pin: config.pinnedIdentity,
      unproven: (secrets) => troubles.unproven(secrets),
      changed: () => this.#changed(),
      destroyed: options.destroyed,
      malformed: (secret, problem) => troubles.key(secret, problem),
    });
    this.#backup = recipients.length === 0 ? undefined : new KeyBackup({ api, engine, namespace, recipients, told });
    const unprovenEvents = new UnprovenEvents(events);
    this.#keeper = new KeyKeeper({
      api,
      engine,
      keys: this.held,
      namespace,
      cluster: config.cluster,
      newKeys: config.newKeys,
      policy: config.keyPolicy,
      backup: this.#backup,
      uses,
      adoptKeys: config.adoptKeys,
      told,
      held: (problem) => troubles.keyKeeping(problem),
      unproven: (secrets) => unprovenEvents.tell(secrets),
    });
    this.#collections = [SEALING_KEY, IDENTITY].map((label) => this.#collect(label));
  }

  /** True once all key Secrets were read. */
  get isSynced(): boolean {
    return this.#collections.every(({ isSynced }) => isSynced);
  }

  /** Objects can be opened. */
  get isReady(): boolean {
    return this.isSynced && this.held.isReady;
  }

  /** The signed list as it was published last. */
  get published(): string | undefined {
    return this.#keeper.published;
  }

  /** undefined: no backup is kept. */
  get isBackupTaken(): boolean | undefined {
    return this.#backup?.isTaken;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#collections.map((one) => one.run(signal)), this.#keepOn(signal)]);
  }

  relist(): void {
    for (const one of this.#collections) one.relist();
  }

  /** One round, where this replica leads; else a look at what the other has published. */
  async keep(): Promise<void> {
    const { isLeading, troubles } = this.#options;
    if (!this.isSynced) return;
    try {
      if (isLeading()) await this.#keeper.keep(new Date());
      else await this.#keeper.read();
      troubles.reading("key keeping", undefined);
    } catch (error) {
      if (error instanceof Fenced) return;
      if (error instanceof ApiError) troubles.reading("key keeping", error);
      else troubles.surprise("keys", error);
    }
  }

  async #keepOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.isSynced) await pause(10, signal);
    while (!signal.aborted) {
      await this.keep();
      await pause(this.published === undefined ? FIRST_INTERVAL_MS : INTERVAL_MS, signal);
    }
  }

  #changed(): void {
    this.#options.changed();
    void this.keep();
  }

  #collect(labelSelector: string): Collection<SecretObject> {
    const { api, config, troubles } = this.#options;
    return new Collection<SecretObject>({
      client: api.client,
      path: secretsPath(config.keyNamespace),
      labelSelector,
      idleMs: config.watchIdleMs,
      upsert: (secret) => this.held.upsert(secret),
      remove: (key) => this.held.remove(key),
      problem: (error) => troubles.reading(`keys (${labelSelector})`, error),
      surprised: (key, error) => troubles.surprise(key, error),
    });
  }
}
