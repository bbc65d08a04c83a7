/** Makes, renews, retires, backs up and publishes the cluster's keys. Only the replica that leads does this. */
import {
  decideKeys,
  destroyPatch,
  type Engine,
  factsOf,
  factsOfKey,
  fingerprintOf,
  furtherState,
  generateKey,
  type HeldKey,
  holdNew,
  IDENTITY_SECRET,
  identitySecret,
  judgeOrder,
  type KeyAction,
  type KeyId,
  type KeyList,
  type KeyPolicy,
  type KeyStore,
  keyProofsPatch,
  keySecret,
  listOf,
  type NewKeys,
  nextSerial,
  proveKey,
  rfc3339,
  rotationLimit,
  sameKeys,
  serialPatch,
  shortKeyId,
  signKeyList,
  statePatch,
  statesOf,
  wipe,
} from "../../src/index.ts";
import { type KubeApi, secretsPath } from "../kube/api.ts";
import { ApiError } from "../kube/api-error.ts";
import { APPLY_PATCH } from "../kube/client.ts";
import type { KubeObject, SecretObject } from "../kube/object.ts";
import type { HeldKeys } from "./held-keys.ts";
import type { KeyBackup } from "./key-backup.ts";
import { answersOf, type KeyRequest, openRequests, orderOf, overlongRequests } from "./key-requests.ts";
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
  /** Full ids of keys that the operator vouches for. */
  readonly adoptKeys: ReadonlySet<string>;
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
  /** What keeps keys from being made and published; undefined: nothing does any more. */
  readonly held: (problem: string | undefined) => void;
};

type ListObject = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** Keeps the keys as they should be. `keep` may be called at any time, again and again. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;
  #published: string | undefined;
  #isAtWork = false;
  readonly #saidOnce = new Set<string>();

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
      const published = await this.#readList();
      await this.#ensureIdentity();
      const problem = this.#options.keys.doubt ?? (await this.#prove(now));
      this.#options.held(problem);
      const { identity } = this.#options.keys;
      if (identity === undefined || problem !== undefined) return;
      await this.#catchUp(now);
      this.#tellOverlong(published);
      const requests = openRequests(published?.metadata.annotations);
      const answers = await this.#answer(requests);
      const kept = await this.#options.backup?.read(identity.publicKey);
      const rotate = requests.find(({ name }) => name === "rotate");
      const isNew = rotate !== undefined && !this.#options.keys.isMadeFor(rotate.value);
      const asked = { rotate: isNew, backedUp: kept?.taken ?? new Set<KeyId>() };
      const limited = await this.#renew(decideKeys(this.#facts(), this.#options.policy, now, asked), now, rotate);
      if (rotate !== undefined) answers.set(rotate, (isNew ? limited : undefined) ?? this.#rotated());
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
    const published = await this.#readList();
    this.#published = published?.data?.[LIST_KEY];
  }

  async #ensureIdentity(): Promise<void> {
    const { keys, engine, namespace, policy, told } = this.#options;
    if (keys.identity !== undefined) return;
    // One that lost its label is not seen by the watch.
    const there = await this.#options.api.getSecret(`${namespace}/${IDENTITY_SECRET}`);
    if (there !== undefined) {
      keys.upsert(there);
      return;
    }
    // Keys, a list or a pin speak for an identity that is missing: another would not be it.
    if (keys.doubt !== undefined || !policy.generateFirstKey) return;
    const seed = engine.randomBytes(32);
    const fingerprint = fingerprintOf(engine, engine.signingKeyOf(seed));
    keys.upsert(await this.#create(identitySecret(namespace, seed)));
    told("made the cluster's identity: pin it with --identity", { fingerprint });
    wipe(seed);
  }

  /** The serial that a list would have which is signed now. */
  #serial(now: Date): number {
    const { keys } = this.#options;
    return nextSerial(now, keys.identity?.serial ?? 0, keys.list?.serial ?? 0);
  }

  #proofOf(key: HeldKey, now: Date): string {
    const { engine, keys } = this.#options;
    return proveKey(engine, factsOfKey(key), this.#serial(now), keys.identity?.seed ?? new Uint8Array());
  }

  /**
   * Gives proofs to the keys that an earlier version made: those that the newest signed list names, and no other; and to those
   * that the operator vouches for. What stands in the way, or undefined.
   */
  async #prove(now: Date): Promise<string | undefined> {
    const { keys, api, adoptKeys, told } = this.#options;
    const { identity, list } = keys;
    if (identity === undefined) return undefined;
    const isFitting = list !== undefined && list.serial === identity.serial;
    const listed = statesOf(!identity.hasProofs && isFitting ? list : undefined);
    const adopted = keys.unproven.filter(({ held }) => {
      const { keyId } = held.publicKey;
      return listed.has(keyId) || adoptKeys.has(keyId);
    });
    if (!identity.hasProofs && !isFitting && keys.unproven.length > 0 && adopted.length === 0) {
      const names = keys.unproven.map(({ secret }) => secret).join(", ");
      return `KeysUnproven: no published list says which keys are the cluster's: ${names}; vouch for them with --adopt-key ID`;
    }
    for (const { secret, held } of adopted) {
      const state = furtherState(held.state, statesOf(list).get(held.publicKey.keyId) ?? held.state);
      const key = { ...held, state };
      const patch = state === "destroyed" ? destroyPatch : statePatch;
      keys.upsert(await api.patchSecret(secret, patch(key, this.#proofOf(key, now))));
      told("took a key over and proved it", { keyId: held.publicKey.keyId, state });
    }
    if (!identity.hasProofs) keys.upsert(await api.patchSecret(identity.secret, keyProofsPatch()));
    return undefined;
  }

  /** A Secret that was put back to a better state than the identity signed last is moved on again. */
  async #catchUp(now: Date): Promise<void> {
    const { keys, told } = this.#options;
    for (const secret of keys.behind) {
      const key = keys.records.get(secret);
      if (key === undefined) continue;
      told("a key was put back into a better state than it was published in", { secret, state: key.state });
      await this.#write(secret, key, now);
    }
  }

  #tellOverlong(published: ListObject | undefined): void {
    for (const name of overlongRequests(published?.metadata.annotations)) {
      if (this.#saidOnce.has(name)) continue;
      this.#saidOnce.add(name);
      this.#options.told("a request about keys is longer than 200 characters and is refused", { request: name });
    }
  }

  /** Does what was decided. The answer where a new key is due and too many were made: then nothing is done. */
  async #renew(actions: readonly KeyAction[], now: Date, rotate: KeyRequest | undefined): Promise<string | undefined> {
    const until = actions.some(({ kind }) => kind === "make") ? rotationLimit(this.#facts(), now) : undefined;
    if (until === undefined) {
      await this.#perform(actions, now, rotate?.value);
      this.#saidOnce.delete("limit");
      return undefined;
    }
    const answer = `refused: RotationLimited: three keys were made within an hour; again after ${rfc3339(until)}`;
    if (!this.#saidOnce.has("limit")) this.#options.told(answer, {});
    this.#saidOnce.add("limit");
    return answer;
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

  async #perform(actions: readonly KeyAction[], now: Date, madeFor?: string): Promise<void> {
    for (const action of actions) {
      if (action.kind === "make") await this.#makeKey(action.state, now, madeFor);
      else await this.#move(action.keyId, action.state, now);
    }
  }

  #rotated(): string {
    const isWaiting = this.#facts().some(({ state }) => state === "pending");
    return isWaiting ? "done: the new key waits for its backup: lacre keys backup" : "done";
  }

  async #makeKey(state: "active" | "pending", now: Date, madeFor: string | undefined): Promise<void> {
    const { engine, newKeys, namespace, keys, told } = this.#options;
    const key = generateKey(engine, newKeys.suite);
    const held = holdNew(key, state, now, newKeys.lifetimeMs);
    const body = keySecret(namespace, held, this.#proofOf(held, now), madeFor);
    keys.upsert(await this.#create(body as SecretObject));
    const message = state === "active" ? "made a sealing key" : "made a sealing key that waits for its backup";
    told(message, { keyId: key.publicKey.keyId });
    key.wipe();
  }

  async #move(keyId: KeyId, state: HeldKey["state"], now: Date): Promise<void> {
    const { keys, told } = this.#options;
    for (const [name, record] of keys.records) {
      if (record.publicKey.keyId !== keyId || record.state === "destroyed") continue;
      // A key that waited is used from now on.
      const notBefore = record.state === "pending" && state === "active" ? rfc3339(now) : record.notBefore;
      await this.#write(name, { ...record, state, notBefore }, now);
      told(state === "destroyed" ? "destroyed a key" : "a key is in another state", { keyId, state });
    }
  }

  /** One request; of a destroyed key the private part goes as the state is written, and what is left goes on being listed. */
  async #write(secret: string, key: HeldKey, now: Date): Promise<void> {
    const { keys, api } = this.#options;
    const patch = key.state === "destroyed" ? destroyPatch : statePatch;
    keys.upsert(await api.patchSecret(secret, patch(key, this.#proofOf(key, now))));
  }

  #create(body: SecretObject): Promise<SecretObject> {
    return this.#options.api.client.json<SecretObject>({
      method: "POST",
      path: secretsPath(this.#options.namespace),
      body,
    });
  }

  async #readList(): Promise<ListObject | undefined> {
    const path = `/api/v1/namespaces/${this.#options.namespace}/configmaps/${KEY_LIST_NAME}`;
    const list = await this.#options.api.client.find<ListObject>({ method: "GET", path });
    this.#options.keys.sawList(list?.data?.[LIST_KEY]);
    return list;
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
    const list = listOf(store);
    // Only the newest list that was seen is the last one: whoever put an older one back finds a newer in its place.
    const last = keys.list;
    const isThere = last !== undefined && before === this.#textOf(last);
    if (last !== undefined && before !== undefined && isThere && sameKeys(last, list)) {
      this.#published = before;
      if (answers.size > 0) await this.#writeList(before, published, answers);
      return;
    }
    // Kept with the identity first, and never below the time: it rises even where the list, or both, were lost.
    const serial = this.#serial(now);
    keys.upsert(await api.patchSecret(keys.identity.secret, serialPatch(serial)));
    const text = signKeyList(engine, { ...list, serial }, keys.identity.seed);
    await this.#writeList(text, published, answers);
    keys.sawList(text);
    this.#published = text;
    told("published the key list", { serial: String(serial), keys: list.keys.map(describeKey).join(", ") });
  }

  async #writeList(
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

  /** The text that the identity gives a list: the same input gives the same bytes. */
  #textOf(list: KeyList): string | undefined {
    const { engine, keys } = this.#options;
    return keys.identity && signKeyList(engine, list, keys.identity.seed);
  }
}

function describeKey({ publicKey, state }: KeyList["keys"][number]): string {
  return `${shortKeyId(publicKey.keyId)} ${state}`;
}
