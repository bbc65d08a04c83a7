/** Which replica works: a Lease, as every controller of Kubernetes has one. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "./client.ts";
import type { Metadata } from "./object.ts";

/** How a lease is held. */
export type LeaseOptions = {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly durationMs: number;
  readonly started: () => void;
  readonly lost: () => void;
};

type LeaseObject = {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
    readonly acquireTime?: string;
  };
};

/** Micro seconds, as a Lease's times are written. */
function microTime(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}

/**
 * A lease. Another holder's is taken over only after it has not been renewed for its whole duration by our own clock, so
 * that clocks may differ. Our own counts as lost at two thirds of its duration, before anybody else may take it.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #lease: LeaseObject | undefined;
  #observedMs = 0;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #isLeading = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** The fence: asked before every write. Its clock goes on while the process is stopped. */
  isHeld(): boolean {
    return this.#isLeading && performance.now() - this.#renewedMs < (this.#options.durationMs * 2) / 3;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { durationMs } = this.#options;
    while (!signal.aborted) {
      const startedMs = performance.now();
      try {
        await this.#tryToHold(startedMs, signal);
      } catch {
        // Somebody else wrote it, or the server is away: read it again.
        this.#lease = undefined;
      }
      if (this.#isLeading && !this.isHeld()) this.#stop();
      const pauseMs = this.#isLeading ? durationMs / 6 : durationMs / 8;
      await sleep(pauseMs * (1 + Math.random() / 5), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Gives the lease back, so that the next one need not wait for it to run out. */
  async release(): Promise<void> {
    if (!this.#isLeading) return;
    this.#isLeading = false;
    try {
      await this.#write({ ...this.#lease?.spec, holderIdentity: "", leaseDurationSeconds: 1 });
    } catch {
      // It runs out by itself.
    }
  }

  #stop(): void {
    this.#isLeading = false;
    this.#options.lost();
  }

  async #tryToHold(startedMs: number, signal: AbortSignal): Promise<void> {
    const { identity, durationMs } = this.#options;
    if (this.#lease === undefined || !this.#isLeading) await this.#read(signal);
    const spec = this.#lease?.spec;
    const holder = spec?.holderIdentity ?? "";
    const isExpired = performance.now() - this.#observedMs >= (spec?.leaseDurationSeconds ?? 0) * 1000;
    if (holder !== "" && holder !== identity && !isExpired) {
      if (this.#isLeading) this.#stop();
      return;
    }
    const now = microTime(new Date());
    const isNew = holder !== identity;
    await this.#write({
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)),
      renewTime: now,
      acquireTime: isNew ? now : (spec?.acquireTime ?? now),
      leaseTransitions: (spec?.leaseTransitions ?? 0) + (isNew && holder !== "" ? 1 : 0),
    });
    // Counted from before the request was sent: the server's copy is younger than that.
    this.#renewedMs = startedMs;
    if (this.#isLeading) return;
    this.#isLeading = true;
    this.#options.started();
  }

  get #path(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, name } = this.#options;
    const before = this.#lease;
    this.#lease = await client.find<LeaseObject>({ method: "GET", path: `${this.#path}/${name}`, signal });
    const isChanged = before?.metadata.resourceVersion !== this.#lease?.metadata.resourceVersion;
    if (isChanged || before === undefined) this.#observedMs = performance.now();
  }

  async #write(spec: LeaseObject["spec"]): Promise<void> {
    const { client, name, namespace } = this.#options;
    const resourceVersion = this.#lease?.metadata.resourceVersion;
    const body = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace, ...(resourceVersion && { resourceVersion }) },
      spec,
    };
    this.#lease = await client.json<LeaseObject>(
      resourceVersion === undefined
        ? { method: "POST", path: this.#path, body }
        : { method: "PUT", path: `${this.#path}/${name}`, body },
    );
  }
}
