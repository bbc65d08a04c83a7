/** Which replica works: a lease that is free, another's, run out, lost and given back. */
import { afterEach, describe, expect, it } from "vitest";
import type { KubeClient, KubeRequest } from "../../../controller/kube/client.ts";
import { Lease } from "../../../controller/kube/lease.ts";

type Spec = {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly leaseTransitions?: number;
};

/** An API server with one lease, which somebody else may renew whenever it is read. */
class Server {
  version = 1;
  spec: Spec | undefined;
  isRenewed = false;
  isDown = false;
  readonly reads: string[] = [];
  readonly writes: (readonly [string, Spec])[] = [];

  constructor(spec?: Spec) {
    this.spec = spec;
  }

  get #object() {
    return { metadata: { name: "lacre", resourceVersion: String(this.version) }, spec: this.spec };
  }

  readonly client = {
    find: async ({ path }: KubeRequest) => {
      if (this.isDown) throw new Error("away");
      this.reads.push(path);
      if (this.isRenewed) this.version++;
      return this.spec === undefined ? undefined : this.#object;
    },
    json: async ({ method, body }: KubeRequest) => {
      if (this.isDown) throw new Error("away");
      const { metadata, spec } = body as { metadata: { resourceVersion?: string }; spec: Spec };
      if (metadata.resourceVersion !== (this.spec === undefined ? undefined : String(this.version)))
        throw new Error("conflict");
      this.writes.push([method, spec]);
      this.spec = spec;
      this.version++;
      return this.#object;
    },
  } as unknown as KubeClient;
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** Runs for a lease, and tells what happened to it. */
function candidate(server: Server, identity = "me", durationMs = 400) {
  const told: string[] = [];
  const lease = new Lease({
    client: server.client,
    namespace: "lacre-system",
    name: "lacre",
    identity,
    durationMs,
    started: () => told.push("started"),
    lost: () => told.push("lost"),
  });
  const stop = new AbortController();
  stops.push(stop);
  void lease.run(stop.signal);
  return { lease, told, stop };
}

describe("a lease", () => {
  it("that is nobody's yet is made, and held", async () => {
    const server = new Server();
    const { lease, told } = candidate(server, "me", 60_000);
    await expect.poll(() => told).toEqual(["started"]);
    expect(lease.isHeld()).toBe(true);
    expect(server.writes[0]).toEqual([
      "POST",
      expect.objectContaining({ holderIdentity: "me", leaseDurationSeconds: 60, leaseTransitions: 0 }),
    ]);
    expect(server.reads[0]).toBe("/apis/coordination.k8s.io/v1/namespaces/lacre-system/leases/lacre");
  });

  it("is renewed by its holder, who is told once that it works", async () => {
    const server = new Server();
    const { told } = candidate(server);
    await expect.poll(() => server.writes.length).toBeGreaterThan(3);
    expect([told, server.spec?.leaseTransitions]).toEqual([["started"], 0]);
  });

  it("that another renews is left alone", async () => {
    const server = new Server({ holderIdentity: "other", leaseDurationSeconds: 3_600 });
    server.isRenewed = true;
    const { lease, told } = candidate(server);
    await expect.poll(() => server.reads.length).toBeGreaterThan(4);
    expect([lease.isHeld(), told, server.writes]).toEqual([false, [], []]);
  });

  it("that another does not renew is taken over when it has run out, and its changes of hands are counted", async () => {
    const server = new Server({ holderIdentity: "other", leaseDurationSeconds: 0, leaseTransitions: 4 });
    const { told } = candidate(server);
    await expect.poll(() => told).toEqual(["started"]);
    expect(server.spec).toMatchObject({ holderIdentity: "me", leaseTransitions: 5 });
  });

  it("that was given back is taken at once, as is one's own from before", async () => {
    for (const holderIdentity of ["", "me"]) {
      const server = new Server({ holderIdentity, leaseDurationSeconds: 3_600, leaseTransitions: 4 });
      const { told } = candidate(server);
      await expect.poll(() => told).toEqual(["started"]);
      expect(server.spec?.leaseTransitions).toBe(4);
    }
  });

  it("is lost when it cannot be renewed, before anybody else may take it, and is told once", async () => {
    const server = new Server();
    const { lease, told } = candidate(server);
    await expect.poll(() => told).toEqual(["started"]);
    server.isDown = true;
    await expect.poll(() => told).toEqual(["started", "lost"]);
    expect(lease.isHeld()).toBe(false);
    server.isDown = false;
    await expect.poll(() => told).toEqual(["started", "lost", "started"]);
  });

  it("is lost when somebody else has written it", async () => {
    const server = new Server();
    const { told } = candidate(server);
    await expect.poll(() => told).toEqual(["started"]);
    server.spec = { holderIdentity: "other", leaseDurationSeconds: 3_600 };
    server.version++;
    await expect.poll(() => told).toEqual(["started", "lost"]);
    expect(server.spec.holderIdentity).toBe("other");
  });

  it("is given back so that the next need not wait, and only by its holder", async () => {
    const server = new Server();
    const { lease, told, stop } = candidate(server);
    await expect.poll(() => told).toEqual(["started"]);
    stop.abort();
    await lease.release();
    expect([server.spec, lease.isHeld()]).toEqual([
      expect.objectContaining({ holderIdentity: "", leaseDurationSeconds: 1 }),
      false,
    ]);
    const writes = server.writes.length;
    await lease.release();
    expect(server.writes).toHaveLength(writes);
  });
});
