/** The controller in a cluster: wires keys, watches, queue, lease and HTTP, and runs until it is told to stop. */

import { performance } from "node:perf_hooks";
import type { Engine } from "../../src/crypto/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import { CONTROLLER, KEY_LEASE } from "../../src/model/kubernetes.ts";
import { VERSION } from "../../src/version.ts";
import { serve } from "../http/server.ts";
import { ClusterKeys } from "../keys/cluster-keys.ts";
import { countUses } from "../keys/key-uses.ts";
import { Access } from "../kube/access.ts";
import { KubeApi } from "../kube/api.ts";
import { KubeClient } from "../kube/client.ts";
import { EventRecorder } from "../kube/events.ts";
import { Lease } from "../kube/lease.ts";
import { pause } from "../pause.ts";
import { SealersFile } from "../sealers-file.ts";
import { ObjectSource } from "../sources/objects.ts";
import { startAnewAtExit } from "../start-anew.ts";
import { KubernetesTarget } from "../targets/kubernetes/kubernetes.ts";
import { allowedMetadata } from "../targets/kubernetes/metadata.ts";
import { type ClusterMetrics, createClusterMetrics } from "../telemetry/cluster-metrics.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Tracer } from "../telemetry/tracer.ts";
import { Troubles } from "../telemetry/troubles.ts";
import { Blockers } from "./blockers.ts";
import type { ClusterConfig } from "./config.ts";
import { Follow } from "./follow.ts";
import { clusterState } from "./gauges.ts";
import { Known } from "./known.ts";
import { Queue } from "./queue.ts";
import { Reconciler } from "./reconciler.ts";
import { createTelling } from "./telling.ts";

const FIRST_PAUSE_MS = 750;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Three rounds of the keys. */
const DESTROYED_PAUSE_MS = 10_000;
const SEALERS_INTERVAL_MS = 3_000;

/** Everything that runs, for the time that it runs. */
export class Cluster {
  readonly #config: ClusterConfig;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #api: KubeApi;
  readonly #keys: ClusterKeys;
  readonly #signatures: SealersFile | undefined;
  readonly #reconciler: Reconciler;
  readonly #queue: Queue;
  readonly #lease: Lease;
  /** Of who keeps the keys: of all shards one, where there are shards. */
  readonly #keyLease: Lease;
  readonly #metrics: ClusterMetrics;
  readonly #blockers: Blockers;
  readonly #known: Known;
  readonly #troubles: Troubles;
  #keysGeneration = 0;
  #isStartingAnew = false;
  #isTold = false;
  readonly #objects: Follow;

  constructor(config: ClusterConfig, log: Logger, engine: Engine, tracer: Tracer) {
    this.#config = config;
    this.#log = log;
    this.#troubles = new Troubles(log);
    const macKey = () => this.#keys.held.macKey;
    const source = new ObjectSource({
      permit: (shape) => allowedMetadata(shape, config.allowMetadata),
      get: (key) => this.#api.getSealed(key),
    });
    this.#known = new Known({ source, macKey });
    this.#metrics = createClusterMetrics(
      clusterState({
        known: this.#known,
        troubles: this.#troubles,
        keys: () => this.#keys,
        queue: () => this.#queue,
        lease: () => this.#lease,
      }),
    );
    const client = new KubeClient(
      new Access(config.access),
      `${CONTROLLER}/${VERSION} (${config.identity})`,
      config.requestTimeoutMs,
      this.#metrics.requested,
    );
    this.#api = new KubeApi(client.fenced(() => this.#lease.isHeld()));
    const keysApi = new KubeApi(client.fenced(() => this.#keyLease.isHeld()));
    const eventsBy = (api: KubeApi) =>
      config.events ? new EventRecorder(api.client, config.identity, this.#metrics.eventDropped) : undefined;
    this.#keys = new ClusterKeys({
      config,
      api: keysApi,
      engine,
      log,
      troubles: this.#troubles,
      events: eventsBy(keysApi),
      isLeading: () => this.#keyLease.isHeld(),
      uses: () => countUses(this.#objects.listSealed()),
      changed: () => this.#keysChanged(),
      destroyed: (keyId) => void this.#startAnew(keyId),
    });
    this.#blockers = new Blockers(client, config.watchIdleMs, (key) => this.#queue.add(key));
    this.#signatures = config.sealersFile === undefined ? undefined : new SealersFile(config.sealersFile);
    this.#reconciler = new Reconciler({
      api: this.#api,
      known: this.#known,
      target: new KubernetesTarget({
        api: this.#api,
        macKey,
        seen: () => (this.#objects.areSecretsKnown ? this.#known.secrets : undefined),
        adopt: config.adopt,
        keyNamespace: config.keyNamespace,
        isKeyNamespaceShared: config.namespaces.includes(config.keyNamespace),
      }),
      engine,
      keys: this.#keys.held,
      acceptSuites: config.acceptSuites,
      acceptScopes: config.acceptScopes,
      signatures: this.#signatures,
      rollback: config.rollback,
      telling: createTelling(log, eventsBy(this.#api), this.#metrics),
      blocked: (key, isBlocked) => this.#blockers.set(key, isBlocked),
    });
    this.#queue = new Queue({
      concurrency: config.concurrency,
      firstPauseMs: FIRST_PAUSE_MS,
      longestPauseMs: LONGEST_PAUSE_MS,
      surprised: (key, error) => this.#troubles.surprise(key, error),
      work: (key) => tracer.span("reconcile", key, () => this.#work(key)),
    });
    const lease = { client, namespace: config.keyNamespace, identity: config.identity, durationMs: config.leaseMs };
    this.#lease = new Lease({
      ...lease,
      name: config.leaseName,
      started: () => this.#lead(),
      lost: () => this.#follow(),
    });
    this.#keyLease =
      config.shard === undefined
        ? this.#lease
        : new Lease({
            ...lease,
            name: KEY_LEASE,
            started: () => void this.#keys.keep(),
            lost: () => log.warn("no longer keeping the keys"),
          });
    const { namespaces, shard, watchIdleMs } = config;
    this.#objects = new Follow({
      api: this.#api,
      known: this.#known,
      troubles: this.#troubles,
      namespaces,
      shard,
      watchIdleMs,
      keys: this.#keys,
      look: (key) => this.#queue.add(key),
      gone: (key) => {
        this.#blockers.set(key, false);
        this.#queue.add(key);
      },
    });
  }

  get isReady(): boolean {
    return this.#keys.isReady && this.#objects.isSynced;
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    const server = this.#config.listen && (await serve(this.#config.listen, this.#probes()));
    const running = [
      this.#keys.run(signal),
      ...[...new Set([this.#lease, this.#keyLease])].map((lease) => lease.run(signal)),
      this.#keepSealers(signal),
      this.#resync(signal),
      this.#objects.run(signal, () => this.#synced()),
    ];
    await Promise.all(running);
    // What is at work is finished under the lease, and only then is it given back.
    await this.#queue.pause();
    this.#queue.clear();
    for (const lease of new Set([this.#lease, this.#keyLease])) await lease.release();
    this.#blockers.close();
    server?.close();
    server?.closeAllConnections();
  }

  /** By a signal: it stays stopped. */
  end(): void {
    this.#isTold = true;
    this.stop();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Who asked for a key to be destroyed gets an answer first, and the list is published. */
  async #startAnew(keyId: KeyId): Promise<void> {
    if (this.#isStartingAnew) return;
    this.#isStartingAnew = true;
    await pause(DESTROYED_PAUSE_MS, this.#stopping.signal);
    if (this.#stopping.signal.aborted) return;
    this.#log.info({ keyId }, "a key is destroyed: starting anew, so that it leaves the memory");
    startAnewAtExit(() => this.#isTold);
    this.stop();
  }

  relist(): void {
    this.#keys.relist();
    this.#objects.relist();
  }

  #synced(): void {
    this.#log.info({ objects: this.#known.sealed.size, secrets: this.#known.secrets.size }, "synced");
    this.#enqueueAll();
    this.#startWhenLeading();
  }

  async #work(key: string): Promise<"done" | "retry"> {
    const startedMs = performance.now();
    const generation = this.#keysGeneration;
    const result = await this.#reconciler.reconcile(key);
    this.#metrics.reconciled(result, (performance.now() - startedMs) / 1000);
    // What was judged by the keys of before may have missed the call to look again.
    if (generation !== this.#keysGeneration) this.#queue.add(key);
    return result;
  }

  #enqueueAll(): void {
    for (const key of this.#known.restless()) this.#queue.add(key);
  }

  #lead(): void {
    this.#log.info({ identity: this.#config.identity }, "leading");
    void this.#keys.keep();
    if (this.#objects.areSecretsKnown) this.#enqueueAll();
    this.#startWhenLeading();
  }

  #startWhenLeading(): void {
    if (this.#lease.isHeld() && this.#objects.areSecretsKnown && this.#keys.held.areKnown) this.#queue.start();
  }

  #follow(): void {
    this.#log.warn({ identity: this.#config.identity }, "no longer leading");
    void this.#queue.pause();
  }

  async #keepSealers(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#refreshSealers();
      await pause(SEALERS_INTERVAL_MS, signal);
    }
  }

  #refreshSealers(): void {
    if (this.#signatures?.refresh() === true) {
      this.#log.info("read the sealers again");
      for (const key of this.#known.waitingForSealers()) this.#queue.add(key);
    }
    this.#troubles.sealers(this.#signatures?.problem);
  }

  async #resync(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.#config;
    while (!signal.aborted) {
      await pause(resyncMs * (0.9 + Math.random() / 5), signal);
      if (!signal.aborted) this.relist();
    }
  }

  /** Objects that waited for a key are looked at again at once. */
  #keysChanged(): void {
    this.#keysGeneration++;
    this.#startWhenLeading();
    for (const key of this.#known.waitingForKeys()) this.#queue.add(key);
  }

  #probes() {
    return { isReady: () => this.isReady, metrics: this.#metrics.text, keys: () => this.#keys.published };
  }
}
