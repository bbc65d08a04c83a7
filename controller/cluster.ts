/** The running controller in a cluster: wires keys, watches, queue, lease and HTTP, and runs until it is told to stop. */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { loadEngine } from "../src/crypto/engine-node.ts";
import { shortKeyId, VERSION } from "../src/index.ts";
import { Blockers } from "./blockers.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { serve } from "./http/server.ts";
import { HeldKeys } from "./keys/held-keys.ts";
import { KeyKeeper } from "./keys/key-keeper.ts";
import { IDENTITY, SEALING_KEY } from "./keys/key-record.ts";
import { Access } from "./kube/access.ts";
import { KubeApi, sealedPath, secretsPath } from "./kube/api.ts";
import { ApiError } from "./kube/api-error.ts";
import { KubeClient } from "./kube/client.ts";
import { Collection } from "./kube/collection.ts";
import { EventRecorder } from "./kube/events.ts";
import { Lease } from "./kube/lease.ts";
import { type KubeObject, keyOf, type SecretObject } from "./kube/object.ts";
import { type ClusterMetrics, createClusterMetrics } from "./observe/cluster-metrics.ts";
import { createLog, type Logger } from "./observe/log.ts";
import { createTracer } from "./observe/tracer.ts";
import { Queue } from "./reconcile/queue.ts";
import { Reconciler } from "./reconcile/reconciler.ts";
import { createTelling } from "./reconcile/telling.ts";
import { isAtRest, remember, track } from "./reconcile/tracked.ts";
import type { SealedObject } from "./sources/sealed-object.ts";
import { MANAGED_BY, MANAGER } from "./targets/secret-object.ts";

const FIRST_PAUSE_MS = 750;
const LONGEST_PAUSE_MS = 15 * 60_000;
const KEEPER_INTERVAL_MS = 60_000;

/** Everything that runs, for the time that it runs. */
class Cluster {
  readonly #config: ClusterConfig;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #api: KubeApi;
  readonly #keys: HeldKeys;
  readonly #keeper: KeyKeeper;
  readonly #reconciler: Reconciler;
  readonly #queue: Queue;
  readonly #lease: Lease;
  readonly #metrics: ClusterMetrics;
  readonly #blockers: Blockers;
  readonly #keyCollections: readonly Collection<SecretObject>[];
  readonly #sealed: readonly Collection<SealedObject>[];
  readonly #secrets: readonly Collection<SecretObject>[];
  /** Collections that cannot be followed now, by what they hold. */
  readonly #troubled = new Map<string, string>();
  readonly #malformed = new Set<string>();

  constructor(
    config: ClusterConfig,
    log: Logger,
    engine: Awaited<ReturnType<typeof loadEngine>>,
    tracer: Awaited<ReturnType<typeof createTracer>>,
  ) {
    this.#config = config;
    this.#log = log;
    this.#metrics = this.#createMetrics();
    const client = new KubeClient(
      new Access(config.access),
      `lacre-controller/${VERSION} (${config.identity})`,
      config.requestTimeoutMs,
      this.#metrics.requested,
    );
    this.#api = new KubeApi(client);
    const mayWrite = () => this.#lease.isHeld();
    this.#keys = new HeldKeys({
      engine,
      openCompromised: config.openCompromised,
      changed: () => this.#keysChanged(),
      malformed: (secret, problem) => this.#keyMalformed(secret, problem),
    });
    this.#keeper = new KeyKeeper({
      client,
      engine,
      keys: this.#keys,
      namespace: config.keyNamespace,
      cluster: config.cluster,
      suite: config.suite,
      lifetimeMs: config.keyLifetimeMs,
      generateFirstKey: config.generateFirstKey,
      mayWrite,
      told: (message, details) => log.info(details, message),
    });
    const events = config.events ? new EventRecorder(client, config.identity, this.#metrics.eventDropped) : undefined;
    this.#blockers = new Blockers(client, config.watchIdleMs, (key) => this.#queue.add(key));
    this.#reconciler = new Reconciler({
      api: this.#api,
      engine,
      keys: this.#keys,
      acceptSuites: config.acceptSuites,
      acceptScopes: config.acceptScopes,
      rollback: config.rollback,
      allowMetadata: config.allowMetadata,
      reserved: config.namespaces.includes(config.keyNamespace) ? undefined : config.keyNamespace,
      mayWrite,
      telling: createTelling(log, events, this.#metrics),
      blocked: (key, isBlocked) => this.#blockers.set(key, isBlocked),
    });
    this.#queue = new Queue({
      concurrency: config.concurrency,
      firstPauseMs: FIRST_PAUSE_MS,
      longestPauseMs: LONGEST_PAUSE_MS,
      surprised: (key, error) => this.#surprised(key, error),
      work: (key) => tracer.span("reconcile", key, () => this.#work(key)),
    });
    this.#lease = new Lease({
      client,
      namespace: config.keyNamespace,
      name: config.leaseName,
      identity: config.identity,
      durationMs: config.leaseMs,
      started: () => this.#lead(),
      lost: () => this.#follow(),
    });
    this.#keyCollections = this.#followKeys();
    this.#sealed = this.#perNamespace((namespace) => this.#followSealed(namespace));
    this.#secrets = this.#perNamespace((namespace) => this.#followSecrets(namespace));
  }

  get isReady(): boolean {
    const all = [...this.#keyCollections, ...this.#sealed, ...this.#secrets];
    return all.every(({ isSynced }) => isSynced) && this.#keys.isReady;
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    const server = this.#config.listen && (await serve(this.#config.listen, this.#probes()));
    const running = [
      ...this.#keyCollections.map((one) => one.run(signal)),
      this.#lease.run(signal),
      this.#keepKeys(signal),
      this.#resync(signal),
      this.#followInOrder(signal),
    ];
    await Promise.all(running);
    // What is at work is finished under the lease, and only then is it given back.
    await this.#queue.pause();
    this.#queue.clear();
    await this.#lease.release();
    this.#blockers.close();
    server?.close();
    server?.closeAllConnections();
  }

  stop(): void {
    this.#stopping.abort();
  }

  relist(): void {
    for (const one of [...this.#keyCollections, ...this.#sealed, ...this.#secrets]) one.relist();
  }

  /** Objects before their Secrets, and keys before both: a Secret can then be judged when it is seen. */
  async #followInOrder(signal: AbortSignal): Promise<void> {
    await this.#untilSynced(this.#keyCollections, signal);
    const sealed = this.#sealed.map((one) => one.run(signal));
    await this.#untilSynced(this.#sealed, signal);
    const secrets = this.#secrets.map((one) => one.run(signal));
    await this.#untilSynced(this.#secrets, signal);
    if (!signal.aborted) {
      this.#log.info({ objects: this.#reconciler.sealed.size, secrets: this.#reconciler.secrets.size }, "synced");
      this.#enqueueAll();
      this.#startWhenLeading();
    }
    await Promise.all([...sealed, ...secrets]);
  }

  async #untilSynced(
    collections:
      | readonly Collection<never>[]
      | readonly Collection<SealedObject>[]
      | readonly Collection<SecretObject>[],
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted && !collections.every(({ isSynced }) => isSynced)) {
      await sleep(10, undefined, { signal }).catch(() => undefined);
    }
  }

  #perNamespace<T>(make: (namespace: string | undefined) => T): readonly T[] {
    const { namespaces } = this.#config;
    return namespaces.length === 0 ? [make(undefined)] : namespaces.map(make);
  }

  #collection<T extends KubeObject>(
    what: string,
    options: Pick<ConstructorParameters<typeof Collection<T>>[0], "path" | "labelSelector" | "upsert" | "remove">,
  ): Collection<T> {
    return new Collection<T>({
      ...options,
      client: this.#api.client,
      idleMs: this.#config.watchIdleMs,
      problem: (error) => this.#troubledBy(what, error),
      surprised: (key, error) => this.#surprised(key, error),
    });
  }

  #followKeys(): readonly Collection<SecretObject>[] {
    return [SEALING_KEY, IDENTITY].map((labelSelector) =>
      this.#collection<SecretObject>(`keys (${labelSelector})`, {
        path: secretsPath(this.#config.keyNamespace),
        labelSelector,
        upsert: (secret) => this.#keys.upsert(secret),
        remove: (key) => this.#keys.remove(key),
      }),
    );
  }

  #followSealed(namespace: string | undefined): Collection<SealedObject> {
    const { shard } = this.#config;
    return this.#collection<SealedObject>(`sealedsecrets${namespace === undefined ? "" : ` in ${namespace}`}`, {
      path: sealedPath(namespace),
      ...(shard !== undefined && { labelSelector: shard }),
      upsert: (object) => this.#sawSealed(object),
      remove: (key) => {
        this.#reconciler.sealed.delete(key);
        this.#blockers.set(key, false);
        this.#queue.add(key);
      },
    });
  }

  #followSecrets(namespace: string | undefined): Collection<SecretObject> {
    return this.#collection<SecretObject>(`secrets${namespace === undefined ? "" : ` in ${namespace}`}`, {
      path: secretsPath(namespace),
      // Never every Secret of the cluster: only those that carry our label.
      labelSelector: `${MANAGED_BY}=${MANAGER}`,
      upsert: (secret) => this.#sawSecret(secret),
      remove: (key) => {
        this.#reconciler.secrets.delete(key);
        if (this.#reconciler.sealed.has(key)) this.#queue.add(key);
      },
    });
  }

  #sawSealed(object: SealedObject): void {
    const key = keyOf(object);
    const { sealed, secrets } = this.#reconciler;
    // The echo of our own status.
    if (sealed.get(key)?.resourceVersion === object.metadata.resourceVersion) return;
    const tracked = track(object, this.#config.allowMetadata);
    sealed.set(key, tracked);
    if (isAtRest(tracked, secrets.get(key))) tracked.slotted = undefined;
    else if (this.#areSecretsKnown) this.#queue.add(key);
  }

  #sawSecret(secret: SecretObject): void {
    const key = keyOf(secret);
    const { sealed, secrets } = this.#reconciler;
    if (secrets.get(key)?.resourceVersion === secret.metadata.resourceVersion) return;
    const tracked = sealed.get(key);
    const wanted = tracked === undefined || "reason" in tracked.wanted ? undefined : tracked.wanted;
    const live = remember(secret, wanted, this.#keys.macKey);
    secrets.set(key, live);
    if (tracked !== undefined && isAtRest(tracked, live)) tracked.slotted = undefined;
    else if (this.#areSecretsKnown) this.#queue.add(key);
  }

  /** Before that, absence must not be taken for a deletion. */
  get #areSecretsKnown(): boolean {
    return this.#secrets.every(({ isSynced }) => isSynced);
  }

  async #work(key: string): Promise<"done" | "retry"> {
    const startedMs = performance.now();
    const result = await this.#reconciler.reconcile(key);
    this.#metrics.reconciled(result, (performance.now() - startedMs) / 1000);
    return result;
  }

  #enqueueAll(): void {
    const { sealed, secrets } = this.#reconciler;
    for (const [key, tracked] of sealed) if (!isAtRest(tracked, secrets.get(key))) this.#queue.add(key);
    for (const key of secrets.keys()) if (!sealed.has(key)) this.#queue.add(key);
  }

  #lead(): void {
    this.#log.info({ identity: this.#config.identity }, "leading");
    void this.#keep();
    if (this.#areSecretsKnown) this.#enqueueAll();
    this.#startWhenLeading();
  }

  #startWhenLeading(): void {
    if (this.#lease.isHeld() && this.#areSecretsKnown) this.#queue.start();
  }

  #follow(): void {
    this.#log.warn({ identity: this.#config.identity }, "no longer leading");
    void this.#queue.pause();
  }

  async #keep(): Promise<void> {
    if (!this.#keyCollections.every(({ isSynced }) => isSynced)) return;
    try {
      if (this.#lease.isHeld()) await this.#keeper.keep(new Date());
      else await this.#keeper.read();
      this.#solved("key keeping");
    } catch (error) {
      if (error instanceof ApiError) this.#troubledBy("key keeping", error);
      else this.#surprised("keys", error);
    }
  }

  async #keepKeys(signal: AbortSignal): Promise<void> {
    await this.#untilSynced(this.#keyCollections, signal);
    while (!signal.aborted) {
      await this.#keep();
      const pauseMs = this.#keeper.published === undefined ? 1_000 : KEEPER_INTERVAL_MS;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #resync(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.#config;
    while (!signal.aborted) {
      await sleep(resyncMs * (0.9 + Math.random() / 5), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.relist();
    }
  }

  /** Objects that waited for a key are looked at again at once. */
  #keysChanged(): void {
    const waiting = new Set(["UnknownKey", "KeyRetired", "CannotDecrypt", "AmbiguousEntry", "Progressing"]);
    for (const [key, { status }] of this.#reconciler?.sealed ?? []) {
      const reason = status?.conditions?.find(({ type }) => type === "Ready")?.reason ?? "Progressing";
      if (waiting.has(reason)) this.#queue.add(key);
    }
    if (this.#keyCollections?.every(({ isSynced }) => isSynced)) void this.#keep();
  }

  #keyMalformed(secret: string, problem: string | undefined): void {
    if (problem === undefined) {
      this.#malformed.delete(secret);
      this.#log.info({ secret }, "a key Secret is right again");
    } else {
      this.#malformed.add(secret);
      this.#log.error({ secret, problem }, "a key Secret is no good key and is passed over");
    }
  }

  /** Neither the message nor the stack of a foreign error is told: either may quote what was at hand. */
  #surprised(object: string, error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.#log.error({ object, error: name }, "this is a bug in lacre; please report it");
  }

  #troubledBy(what: string, error: ApiError | undefined): void {
    if (error === undefined) {
      this.#solved(what);
      return;
    }
    if (this.#troubled.get(what) === error.kind) return;
    this.#troubled.set(what, error.kind);
    this.#log.error({ what, kind: error.kind, status: error.status }, "the API server does not give it");
  }

  #solved(what: string): void {
    if (this.#troubled.delete(what)) this.#log.info({ what }, "the API server gives it again");
  }

  #probes() {
    return { isReady: () => this.isReady, metrics: this.#metrics.text, keys: () => this.#keeper.published };
  }

  #createMetrics(): ClusterMetrics {
    const self = this;
    return createClusterMetrics({
      *objects() {
        for (const [key, { status, wanted }] of self.#reconciler.sealed) {
          yield { key, status, isSuspended: !("reason" in wanted) && wanted.policy.suspend };
        }
      },
      *keys() {
        for (const { key, ...record } of self.#keys.records.values())
          yield { keyId: shortKeyId(key.publicKey.keyId), ...record };
      },
      queueDepth: () => this.#queue.depth,
      retrying: () => this.#queue.retrying,
      isLeading: () => this.#lease.isHeld(),
      cannotTell: () => this.#troubled.size > 0 || !this.#keys.isReady,
      malformedKeys: () => this.#malformed.size,
    });
  }
}

/** Runs with a configuration until a signal; the exit status. Throws LacreError for what must be mended first. */
export async function controlCluster(config: ClusterConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const engine = await loadEngine();
  const tracer = await createTracer(process.env);
  const cluster = new Cluster(config, log, engine, tracer);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => cluster.stop());
  process.on("SIGHUP", () => cluster.relist());
  // Node would open its inspector on this signal, and with it the memory that holds the keys.
  process.on("SIGUSR1", () => undefined);
  const { namespaces, keyNamespace, identity } = config;
  log.info({ version: VERSION, engine: engine.name, namespaces, keyNamespace, identity }, "started");
  await cluster.run();
  await tracer.close();
  log.info("stopped");
  return 0;
}
