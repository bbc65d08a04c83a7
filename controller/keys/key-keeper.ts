/** Makes, renews, retires, backs up and publishes the cluster's keys. Only the replica that leads does this. */
import {
  decideKeys,
  destroyPatch,
  type Engine,
  factsOf,
  fingerprintOf,
  generateKey,
  type HeldKey,
  holdNew,
  identitySecret,
  judgeOrder,
  type KeyAction,
  type KeyId,
  type KeyList,
  type KeyPolicy,
  type KeyStore,
  keySecret,
  listOf,
  type NewKeys,
  nextSerial,
  parseKeyList,
  rfc3339,
  sameKeys,
  serialPatch,
  shortKeyId,
  signKeyList,
  statePatch,
  wipe,
} from "../../src/index.ts";
import { type KubeApi, secretsPath } from "../kube/api.ts";
import { ApiError } from "../kube/api-error.ts";
import { APPLY_PATCH } from "../kube/client.ts";
import type { KubeObject, SecretObject } from "../kube/object.ts";
import type { HeldKeys } from "./held-keys.ts";
import type { KeyBackup } from "./key-backup.ts";
import { answersOf, type KeyRequest, openRequests, orderOf } from "./key-requests.ts";
import type { KeyUse } from "./key-uses.ts";

/** The ConfigMap that everybody may read. */
const KEY_LIST_NAME = "lacre-keys";
const LIST_KEY = "keys";

/** How keys are kept. */
export type KeyKeeperOptions = {
  /** Fenced. */
  readonly api: KubeApi;
  readonly engine: Engine;
  readonly keys: HeldKeys;
  readonly namespace: string;
  readonly cluster: string;
  readonly newKeys: NewKeys;
  readonly policy: KeyPolicy;
  /** undefined: nobody is named who could open a backup. */
  readonly backup: KeyBackup | undefined;
  /** What needs each key, of all that this controller may read. */
  readonly uses: () => Promise<ReadonlyMap<KeyId, KeyUse>>;
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
};

type ListObject = KubeObject & { readonly data?: Readonly<Record<string, string>> };

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

  /** One round: identity, requests, first key, renewal, backup, list. Throws ApiError. */
  async keep(now: Date): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      await this.#ensureIdentity();
      if (this.#options.keys.identity === undefined) return;
      const published = await this.#readList();
      const requests = openRequests(published?.metadata.annotations);
      const answers = await this.#answer(requests);
      const kept = await this.#options.backup?.read();
      const rotate = requests.find(({ name }) => name === "rotate");
      const asked = { rotate: rotate !== undefined, backedUp: kept?.taken ?? new Set<KeyId>() };
      await this.#perform(decideKeys(this.#facts(), this.#options.policy, now, asked), now);
      if (rotate !== undefined) answers.set(rotate, this.#rotated());
      const store = this.#store();
      if (store === undefined) return;
      if (kept !== undefined) await this.#options.backup?.make(store, now, kept);
      await this.#publish(store, now, published, answers);
    } finally {
      this.#isAtWork = false;
    }
  }

  /** Reads the published list: for the replica that waits. */
  async read(): Promise<void> {
    this.#published = (await this.#readList())?.data?.[LIST_KEY];
  }

  async #ensureIdentity(): Promise<void> {
    const { keys, engine, namespace, policy, told } = this.#options;
    if (keys.identity !== undefined || !policy.generateFirstKey) return;
    const seed = engine.randomBytes(32);
    keys.upsert(await this.#create(identitySecret(namespace, seed)));
    told("made the cluster's identity", { fingerprint: fingerprintOf(engine, engine.signingKeyOf(seed)) });
    wipe(seed);
  }

  #facts() {
    return factsOf({ keys: this.#options.keys.records.values() });
  }

  /** Orders about single keys, one after the other: each sees what the one before has done. */
  async #answer(requests: readonly KeyRequest[]): Promise<Map<KeyRequest, string>> {
    const answers = new Map<KeyRequest, string>();
    for (const request of requests) {
      if (request.name === "rotate") continue;
      const answer = await this.#obey(request);
      answers.set(request, answer);
      this.#options.told(`asked to call a key ${request.name}`, { request: request.value, answer });
    }
    return answers;
  }

  async #obey(request: KeyRequest): Promise<string> {
    const order = orderOf(request);
    if (order === undefined) return "refused: it is not written as lacre keys writes it";
    const use = order.kind === "destroy" ? (await this.#options.uses()).get(order.keyId) : undefined;
    const verdict = judgeOrder(this.#facts(), order, use?.entries ?? 0);
    if (verdict.ok) return this.#carryOut(verdict.actions);
    if (verdict.problem === "unknown") return "refused: there is no such key";
    if (verdict.problem === "destroyed") return "refused: the key is destroyed already";
    if (verdict.problem === "active") return "refused: the key is active: rotate first";
    const { entries = 0, objects = [] } = use ?? {};
    // Everybody may read the answer: which objects those are stands in the log only.
    this.#options.told("a key is needed", { keyId: order.keyId, objects: objects.slice(0, 10).join(", ") });
    return `refused: ${entries} entries in ${objects.length} objects need it: reseal them first`;
  }

  /** What the API server does not take is an answer too: trying again for ever would hold up everything else about keys. */
  async #carryOut(actions: readonly KeyAction[]): Promise<string> {
    try {
      await this.#perform(actions, new Date());
      return "done";
    } catch (error) {
      if (!(error instanceof ApiError) || (error.kind !== "invalid" && error.kind !== "forbidden")) throw error;
      return `refused: the API server does not let its Secret be changed (${error.status}): is it immutable?`;
    }
  }

  async #perform(actions: readonly KeyAction[], now: Date): Promise<void> {
    for (const action of actions) {
      if (action.kind === "make") await this.#makeKey(action.state, now);
      else if (action.state === "destroyed") await this.#bury(action.keyId);
      else await this.#move(action.keyId, action.state, now);
    }
  }

  #rotated(): string {
    const isWaiting = this.#facts().some(({ state }) => state === "pending");
    return isWaiting ? "done: the new key waits for its backup: lacre keys backup" : "done";
  }

  async #makeKey(state: "active" | "pending", now: Date): Promise<void> {
    const { engine, newKeys, namespace, keys, told } = this.#options;
    const key = generateKey(engine, newKeys.suite);
    const held = holdNew(key, state, now, newKeys.lifetimeMs);
    keys.upsert(await this.#create(keySecret(namespace, held) as SecretObject));
    const message = state === "active" ? "made a sealing key" : "made a sealing key that waits for its backup";
    told(message, { keyId: key.publicKey.keyId });
    key.wipe();
  }

  async #move(keyId: KeyId, state: HeldKey["state"], now: Date): Promise<void> {
    const { keys, api, told } = this.#options;
    for (const [name, record] of keys.records) {
      if (record.publicKey.keyId !== keyId || record.state === "destroyed") continue;
      const since = record.state === "pending" ? rfc3339(now) : undefined;
      keys.upsert(await api.patchSecret(name, statePatch(state, since)));
      told("a key is in another state", { keyId, state });
    }
  }

  /** One request: the private part goes as the state is written, and what is left goes on being listed. */
  async #bury(keyId: KeyId): Promise<void> {
    const { keys, api, told } = this.#options;
    for (const [name, { publicKey, state }] of keys.records) {
      if (publicKey.keyId !== keyId || state === "destroyed") continue;
      keys.upsert(await api.patchSecret(name, destroyPatch(publicKey)));
      told("destroyed a key", { keyId });
    }
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

  /** All that there is, one record a key; undefined before there is an identity. */
  #store(): KeyStore | undefined {
    const { keys, cluster } = this.#options;
    if (keys.identity === undefined) return undefined;
    const byId = new Map<KeyId, HeldKey>();
    for (const record of keys.records.values()) {
      if (byId.get(record.publicKey.keyId)?.state !== "destroyed") byId.set(record.publicKey.keyId, record);
    }
    const { serial, seed } = keys.identity;
    return { cluster, serial, identity: seed, keys: [...byId.values()] };
  }

  async #publish(
    store: KeyStore,
    now: Date,
    published: ListObject | undefined,
    answers: ReadonlyMap<KeyRequest, string>,
  ): Promise<void> {
    const { keys, engine, api, told } = this.#options;
    if (keys.identity === undefined || store.keys.length === 0) return;
    const before = published?.data?.[LIST_KEY];
    const last = before === undefined ? undefined : this.#parse(before);
    const list = listOf(store);
    if (last !== undefined && before !== undefined && sameKeys(last, list)) {
      this.#published = before;
      if (answers.size > 0) await this.#write(before, published, answers);
      return;
    }
    // Kept with the identity first, and never below the time: it rises even where the list, or both, were lost.
    const serial = nextSerial(now, last?.serial ?? 0, keys.identity.serial);
    keys.upsert(await api.patchSecret(keys.identity.secret, serialPatch(serial)));
    const text = signKeyList(engine, { ...list, serial }, keys.identity.seed);
    await this.#write(text, published, answers);
    this.#published = text;
    told("published the key list", { serial: String(serial), keys: list.keys.map(describeKey).join(", ") });
  }

  async #write(
    text: string,
    published: ListObject | undefined,
    answers: ReadonlyMap<KeyRequest, string>,
  ): Promise<void> {
    const { api, namespace } = this.#options;
    const annotations = answersOf(published?.metadata.annotations, answers);
    await api.client.json({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/configmaps/${KEY_LIST_NAME}`,
      query: { fieldManager: "lacre", force: "true" },
      contentType: APPLY_PATCH,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: KEY_LIST_NAME, namespace, annotations },
        data: { [LIST_KEY]: text },
      },
    });
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

function describeKey({ publicKey, state }: KeyList["keys"][number]): string {
  return `${shortKeyId(publicKey.keyId)} ${state}`;
}
