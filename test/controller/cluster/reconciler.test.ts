/** One look at an object, against an API server that is a table: what changes between its steps. */
import { beforeEach, describe, expect, it } from "vitest";
import { Known } from "../../../controller/cluster/known.ts";
import { Reconciler } from "../../../controller/cluster/reconciler.ts";
import type { HeldKeys } from "../../../controller/keys/held-keys.ts";
import type { KubeApi } from "../../../controller/kube/api.ts";
import { ApiError } from "../../../controller/kube/api-error.ts";
import type { SealedSecretObject, SecretObject } from "../../../controller/kube/object.ts";
import { ObjectSource } from "../../../controller/sources/objects.ts";
import { NO_CONSENT } from "../../../controller/targets/consent.ts";
import { KubernetesTarget } from "../../../controller/targets/kubernetes/kubernetes.ts";
import type { Engine } from "../../../src/crypto/engine.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { keyOf, tokenFor } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const key = keyOf(engine, "mlkem768x25519");
const NAME = "shop/db";
const MAC_KEY = new Uint8Array(32).fill(7);

function sealed(value: string, changes: { generation?: number; deletionTimestamp?: string } = {}): SealedSecretObject {
  const { generation = 1, ...metadata } = changes;
  const place = { namespace: "shop", name: "db", key: "A" };
  const token = tokenFor(engine, key, { value: Buffer.from(value), place });
  return {
    metadata: { name: "db", namespace: "shop", uid: "u", resourceVersion: `${generation}`, generation, ...metadata },
    spec: { entries: { A: { sealed: token } } },
  } as unknown as SealedSecretObject;
}

/** What the API server has, and what was asked of it. */
class Server {
  sealed = sealed("one");
  secret: SecretObject | undefined;
  readonly statuses: { observedGeneration?: number; conditions?: readonly { reason: string }[] }[] = [];
  writes = 0;
  /** Called once before a Secret that is there is written. */
  beforeWrite = () => {};

  getSealed = async () => this.sealed;
  getSecret = async () => this.secret;
  patchSecret = async (): Promise<SecretObject> => {
    this.#hand();
    if (this.secret === undefined) throw new ApiError("not-found", 404);
    this.secret = { ...this.secret, metadata: { ...this.secret.metadata, resourceVersion: "patched" } };
    return this.secret;
  };
  applySecret = async (body: SecretObject): Promise<SecretObject> => {
    this.writes++;
    const metadata = { ...body.metadata, uid: "s", resourceVersion: `w${this.writes}` };
    this.secret = { ...body, metadata };
    return this.secret;
  };
  patchStatus = async (_key: string, _uid: string, status: object) => {
    this.statuses.push(status);
    return "told";
  };

  #hand(): void {
    const hand = this.beforeWrite;
    this.beforeWrite = () => {};
    hand();
  }
}

let server: Server;
let source: ObjectSource;
let known: Known;
let reconciler: Reconciler;

beforeEach(() => {
  server = new Server();
  const api = server as unknown as KubeApi;
  source = new ObjectSource({ permit: (shape) => ({ shape, dropped: [] }), get: () => server.getSealed() });
  known = new Known({ source, macKey: () => MAC_KEY });
  const target = new KubernetesTarget({
    api,
    macKey: () => MAC_KEY,
    seen: () => known.secrets,
    adopt: NO_CONSENT,
    keyNamespace: "lacre-system",
    isKeyNamespaceShared: false,
  });
  const nothing = () => undefined;
  reconciler = new Reconciler({
    api,
    known,
    target,
    engine,
    keys: { keyring: new Keyring([key]), retired: new Set(), macKey: MAC_KEY } as unknown as HeldKeys,
    acceptSuites: new Set(["mlkem768x25519"]),
    acceptScopes: new Set(["strict"]),
    signatures: undefined,
    rollback: "warn",
    telling: { wrote: nothing, released: nothing, settled: nothing, warned: nothing, opened: nothing },
    blocked: nothing,
  });
});

describe("a look at an object", () => {
  it("writes its Secret, and says so of its generation", async () => {
    known.sawSealed(server.sealed);
    expect(await reconciler.reconcile(NAME)).toBe("done");
    expect([server.writes, server.statuses[0]?.observedGeneration]).toEqual([1, 1]);
  });

  it("writes nothing for one that is being deleted, as its tokens show when they are read anew", async () => {
    known.sawSealed(server.sealed);
    source.letGo(NAME);
    server.sealed = sealed("one", { generation: 2, deletionTimestamp: "2026-11-25T12:00:00Z" });
    expect(await reconciler.reconcile(NAME)).toBe("done");
    expect([server.writes, server.statuses]).toEqual([0, []]);
  });

  it("says nothing of a generation whose tokens it did not read", async () => {
    known.sawSealed(server.sealed);
    const read = source.read.bind(source);
    source.read = async (object) => {
      const reading = await read(object);
      known.sawSealed(sealed("two", { generation: 2 }));
      return reading;
    };
    await reconciler.reconcile(NAME);
    expect(server.statuses).toEqual([]);
    source.read = read;
    await reconciler.reconcile(NAME);
    expect(server.statuses.map(({ observedGeneration }) => observedGeneration)).toEqual([2]);
    expect(Buffer.from(server.secret?.data?.["A"] ?? "", "base64").toString()).toBe("two");
  });

  it("looks again where the Secret went before it was written over", async () => {
    known.sawSealed(server.sealed);
    await reconciler.reconcile(NAME);
    const { secret } = server;
    // A key of somebody else, which is taken away first.
    server.secret = secret && { ...secret, data: { ...secret.data, OTHER: "eA==" } };
    known.sawSecret({
      ...(server.secret as SecretObject),
      metadata: { ...secret?.metadata, name: "db", namespace: "shop", resourceVersion: "hand" },
    });
    server.beforeWrite = () => {
      server.secret = undefined;
    };
    expect(await reconciler.reconcile(NAME)).toBe("done");
    expect(Object.keys(server.secret?.data ?? {})).toEqual(["A"]);
    expect(server.statuses.every(({ conditions }) => conditions?.[0]?.reason === "Synced")).toBe(true);
  });
});
