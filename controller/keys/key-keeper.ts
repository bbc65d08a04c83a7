/** Makes, renews and publishes the cluster's keys. Only the replica that leads does this. */
import {
  type Engine,
  fingerprintOf,
  generateKey,
  type KeyList,
  type ListedKey,
  parseKeyList,
  type Suite,
  sameKeys,
  signKeyList,
  wipe,
} from "../../src/index.ts";
import { type KubeApi, secretsPath } from "../kube/api.ts";
import { APPLY_PATCH } from "../kube/client.ts";
import type { KubeObject, SecretObject } from "../kube/object.ts";
import type { HeldKeys } from "./held-keys.ts";
import { identitySecret, type KeyRecord, keySecret, serialPatch, statePatch } from "./key-record.ts";

/** The ConfigMap that everybody may read. */
const KEY_LIST_NAME = "lacre-keys";
const LIST_KEY = "keys";
/** On the ConfigMap: asks for a new key, whatever the value, and remembers which request was met. */
const ROTATE = "lacre.dev/rotate-requested";
const ROTATED = "lacre.dev/rotate-handled";

/** How keys are kept. */
export type KeyKeeperOptions = {
  /** Fenced. */
  readonly api: KubeApi;
  readonly engine: Engine;
  readonly keys: HeldKeys;
  readonly namespace: string;
  readonly cluster: string;
  readonly suite: Suite;
  readonly lifetimeMs: number;
  /** False for a cluster that is being restored: a stray key would be sealed to. */
  readonly generateFirstKey: boolean;
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
};

type ListObject = KubeObject & { readonly data?: Readonly<Record<string, string>> };

function isRotationAsked(published: ListObject | undefined): boolean {
  const { [ROTATE]: asked, [ROTATED]: handled } = published?.metadata.annotations ?? {};
  return asked !== undefined && asked !== handled;
}

/** Keeps the keys as they should be. `keep` may be called at any time, again and again. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;
  #published: string | undefined;
  #isAtWork = false;

  constructor(options: KeyKeeperOptions) {
    this.#options = options;
  }

  /** The signed list as it was published last, or as another replica did. */
  get published(): string | undefined {
    return this.#published;
  }

  /** One round: identity, first key, renewal, list. Throws ApiError. */
  async keep(now: Date): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      await this.#ensureIdentity();
      const published = await this.#readList();
      await this.#ensureKey(now, isRotationAsked(published));
      await this.#publish(now, published);
    } finally {
      this.#isAtWork = false;
    }
  }

  /** Reads the published list: for the replica that waits. */
  async read(): Promise<void> {
    this.#published = (await this.#readList())?.data?.[LIST_KEY];
  }

  async #ensureIdentity(): Promise<void> {
    const { keys, engine, namespace, generateFirstKey, told } = this.#options;
    if (keys.identity !== undefined || !generateFirstKey) return;
    const seed = engine.randomBytes(32);
    keys.upsert(await this.#create(identitySecret(namespace, seed)));
    told("made the cluster's identity", { fingerprint: fingerprintOf(engine, engine.signingKeyOf(seed)) });
    wipe(seed);
  }

  async #ensureKey(now: Date, isAsked: boolean): Promise<void> {
    const { keys, generateFirstKey } = this.#options;
    const active = [...keys.records].filter(([, { state }]) => state === "active");
    const isDue = isAsked || active.every(([, { notAfter }]) => new Date(notAfter) <= now);
    if (active.length > 0 && !isDue) return this.#retire(active);
    if (keys.records.size === 0 && !generateFirstKey) return;
    if (keys.identity === undefined) return;
    await this.#makeKey(now);
  }

  /** Of several active keys, the older ones only open. */
  async #retire(active: readonly (readonly [string, KeyRecord])[]): Promise<void> {
    const newest = active.reduce((a, b) => (b[1].notBefore >= a[1].notBefore ? b : a));
    for (const [name, record] of active) {
      if (name === newest[0]) continue;
      this.#options.keys.upsert(await this.#options.api.patchSecret(name, statePatch("decrypt-only")));
      this.#options.told("a key only opens from now on", { keyId: record.key.publicKey.keyId });
    }
  }

  async #makeKey(now: Date): Promise<void> {
    const { engine, suite, namespace, lifetimeMs, keys, told } = this.#options;
    const key = generateKey(engine, suite);
    keys.upsert(await this.#create(keySecret(namespace, key, now, lifetimeMs)));
    told("made a sealing key", { keyId: key.publicKey.keyId });
    key.wipe();
    await this.#retire([...keys.records].filter(([, { state }]) => state === "active"));
  }

  #create(body: SecretObject): Promise<SecretObject> {
    return this.#options.api.client.json<SecretObject>({
      method: "POST",
      path: secretsPath(this.#options.namespace),
      body,
    });
  }

  #readList(): Promise<ListObject | undefined> {
    const path = `/api/v1/namespaces/${this.#options.namespace}/configmaps/${KEY_LIST_NAME}`;
    return this.#options.api.client.find<ListObject>({ method: "GET", path });
  }

  #list(serial: number): KeyList {
    const { keys, cluster } = this.#options;
    const listed = [...keys.records.values()].map(
      ({ key, state, notBefore, notAfter }): ListedKey => ({ publicKey: key.publicKey, state, notBefore, notAfter }),
    );
    const order = ({ notBefore, publicKey }: ListedKey) => `${notBefore} ${publicKey.keyId}`;
    return { cluster, serial, keys: listed.sort((a, b) => (order(a) < order(b) ? 1 : -1)) };
  }

  async #publish(now: Date, published: ListObject | undefined): Promise<void> {
    const { keys, engine, namespace, api, told } = this.#options;
    if (keys.identity === undefined || keys.records.size === 0) return;
    const before = published?.data?.[LIST_KEY];
    const last = before === undefined ? undefined : this.#parse(before);
    const list = this.#list(0);
    if (last !== undefined && before !== undefined && sameKeys(last, list)) {
      this.#published = before;
      return;
    }
    // Kept with the identity first, and never below the time: it rises even where the list, or both, were lost.
    const asked = published?.metadata.annotations?.[ROTATE];
    const newest = Math.max(last?.serial ?? 0, keys.identity.serial);
    const serial = Math.max(newest + 1, Math.floor(now.getTime() / 1000));
    keys.upsert(await api.patchSecret(keys.identity.secret, serialPatch(serial)));
    const text = signKeyList(engine, { ...list, serial }, keys.identity.seed);
    await api.client.json({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/configmaps/${KEY_LIST_NAME}`,
      query: { fieldManager: "lacre", force: "true" },
      contentType: APPLY_PATCH,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: KEY_LIST_NAME, namespace, ...(asked !== undefined && { annotations: { [ROTATED]: asked } }) },
        data: { [LIST_KEY]: text },
      },
    });
    this.#published = text;
    told("published the key list", { serial: String(serial), keys: String(list.keys.length) });
  }

  /** A list of our own identity; anything else was put there by somebody else and is written over. */
  #parse(text: string): KeyList | undefined {
    const { engine, keys } = this.#options;
    try {
      const list = parseKeyList(engine, text);
      const own = keys.identity && engine.signingKeyOf(keys.identity.seed);
      return own !== undefined && Buffer.from(own).equals(list.identity) ? list : undefined;
    } catch {
      return undefined;
    }
  }
}
