/** Makes, renews, retires, backs up and publishes the cluster's keys. Only the replica that leads does this. */

import { wipe } from "../../src/bytes.ts";
import {
  answerAnnotations,
  decideKeys,
  factsOf,
  fingerprintOf,
  formatAnswer,
  identitySecret,
  judgeOrder,
  type KeyAction,
  type KeyAnswer,
  type KeyList,
  type KeyPolicy,
  type KeyRequest,
  type KeyStore,
  listOf,
  openRequests,
  orderOf,
  overlongRequests,
  rotationLimit,
  sameKeys,
  serialPatch,
  signKeyList,
} from "../../src/keys/index.ts";
import { type KeyId, rfc3339, shortKeyId } from "../../src/model/index.ts";
import { IDENTITY_SECRET, KEY_LIST_DATA, KEY_LIST_NAME } from "../../src/model/kubernetes.ts";
import { ApiError } from "../kube/api-error.ts";
import type { ConfigMapObject } from "../kube/object.ts";
import type { KeyBackup } from "./key-backup.ts";
import { KeySecrets, type KeySecretsOptions } from "./key-secrets.ts";
import type { KeyUse } from "./key-uses.ts";
import type { UnprovenSecret } from "./unproven-events.ts";

/** How keys are kept. */
export type KeyKeeperOptions = KeySecretsOptions & {
  /** The name in the key list; undefined: the one that was published before. */
  readonly cluster: string | undefined;
  readonly policy: KeyPolicy;
  /** undefined: nobody is named who could open a backup. */
  readonly backup: KeyBackup | undefined;
  /** What needs each key, of all that this controller may read. */
  readonly uses: () => Promise<ReadonlyMap<KeyId, KeyUse>>;
  /** What keeps keys from being made and published; undefined: nothing does any more. */
  readonly held: (problem: string | undefined) => void;
  /** The key Secrets that are still without a proof after a round, however it ended. */
  readonly unproven: (secrets: readonly UnprovenSecret[]) => void;
};

const NAMELESS = "the cluster has no name, and people seal for it by one: start the controller with --cluster NAME";

/** Keeps the keys as they should be. `keep` may be called at any time, again and again. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;
  readonly #secrets: KeySecrets;
  #published: string | undefined;
  #isAtWork = false;
  readonly #saidOnce = new Set<string>();

  constructor(options: KeyKeeperOptions) {
    this.#options = options;
    this.#secrets = new KeySecrets(options);
  }

  /** The signed list as it was published last, or as another replica did. */
  get published(): string | undefined {
    return this.#published;
  }

  /** A cluster that runs keeps the name that its own list has. */
  get #name(): string | undefined {
    return this.#options.cluster ?? this.#options.keys.list?.cluster;
  }

  /** One round: identity, requests, first key, renewal, backup, list. Throws ApiError. */
  async keep(now: Date): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      const published = await this.#readList();
      await this.#ensureIdentity();
      const { doubt } = this.#options.keys;
      const problem = doubt ?? (this.#name === undefined ? NAMELESS : await this.#secrets.prove(now));
      this.#options.held(problem);
      const { identity } = this.#options.keys;
      if (identity === undefined || problem !== undefined) return;
      await this.#secrets.catchUp(now);
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
      this.#options.unproven(this.#options.keys.unprovenSecrets);
    }
  }

  /** Reads the published list: for the replica that waits. */
  async read(): Promise<void> {
    this.#published = (await this.#readList())?.data?.[KEY_LIST_DATA];
  }

  async #ensureIdentity(): Promise<void> {
    const { api, keys, engine, namespace, policy, told } = this.#options;
    if (keys.identity !== undefined) return;
    // One that lost its label is not seen by the watch.
    const there = await api.getSecret(`${namespace}/${IDENTITY_SECRET}`);
    if (there !== undefined) {
      keys.upsert(there);
      return;
    }
    // Keys, a list or a pin speak for an identity that is missing: another would not be it.
    if (keys.doubt !== undefined || !policy.generateFirstKey || this.#name === undefined) return;
    const seed = engine.randomBytes(32);
    const fingerprint = fingerprintOf(engine, engine.signingKeyOf(seed));
    keys.upsert(await api.createSecret(identitySecret(namespace, seed)));
    told("made the cluster's identity: pin it with --identity", { fingerprint });
    wipe(seed);
  }

  #tellOverlong(published: ConfigMapObject | undefined): void {
    for (const name of overlongRequests(published?.metadata.annotations)) {
      if (this.#saidOnce.has(name)) continue;
      this.#saidOnce.add(name);
      this.#options.told("a request about keys is longer than 200 characters and is refused", { request: name });
    }
  }

  /** Does what was decided. The answer where a new key is due and too many were made: then nothing is done. */
  async #renew(
    actions: readonly KeyAction[],
    now: Date,
    rotate: KeyRequest | undefined,
  ): Promise<KeyAnswer | undefined> {
    const until = actions.some(({ kind }) => kind === "make") ? rotationLimit(this.#facts(), now) : undefined;
    if (until === undefined) {
      await this.#perform(actions, now, rotate?.value);
      this.#saidOnce.delete("limit");
      return undefined;
    }
    const why = `RotationLimited: three keys were made within an hour; again after ${rfc3339(until)}`;
    if (!this.#saidOnce.has("limit")) this.#options.told(why, {});
    this.#saidOnce.add("limit");
    return { kind: "refused", why };
  }

  #facts() {
    return factsOf({ keys: this.#options.keys.records.values() });
  }

  /** Orders about single keys, one after the other: each sees what the one before has done. */
  async #answer(requests: readonly KeyRequest[]): Promise<Map<KeyRequest, KeyAnswer>> {
    const answers = new Map<KeyRequest, KeyAnswer>();
    for (const request of requests) {
      if (request.name === "rotate") continue;
      const answer = await this.#obey(request);
      answers.set(request, answer);
      this.#options.told(`asked to call a key ${request.name}`, {
        request: request.value,
        answer: formatAnswer(answer),
      });
    }
    return answers;
  }

  async #obey(request: KeyRequest): Promise<KeyAnswer> {
    const order = orderOf(request);
    if (order === undefined) return refused("it is not written as lacre keys writes it");
    const use = order.kind === "destroy" ? (await this.#options.uses()).get(order.keyId) : undefined;
    const verdict = judgeOrder(this.#facts(), order, use?.entries ?? 0);
    if (verdict.ok) return this.#carryOut(verdict.actions);
    if (verdict.problem === "unknown") return refused("there is no such key");
    if (verdict.problem === "destroyed") return refused("the key is destroyed already");
    if (verdict.problem === "active") return refused("the key is active: rotate first");
    const { entries = 0, objects = [] } = use ?? {};
    // Everybody may read the answer: which objects those are stands in the log only.
    this.#options.told("a key is needed", { keyId: order.keyId, objects: objects.slice(0, 10).join(", ") });
    return refused(`${entries} entries in ${objects.length} objects need it: reseal them first`);
  }

  /** What the API server does not take is an answer too: trying again for ever would hold up everything else about keys. */
  async #carryOut(actions: readonly KeyAction[]): Promise<KeyAnswer> {
    try {
      await this.#perform(actions, new Date());
      return { kind: "done" };
    } catch (error) {
      if (!(error instanceof ApiError) || (error.kind !== "invalid" && error.kind !== "forbidden")) throw error;
      return refused(`the API server does not let its Secret be changed (${error.status}): is it immutable?`);
    }
  }

  async #perform(actions: readonly KeyAction[], now: Date, madeFor?: string): Promise<void> {
    for (const action of actions) {
      if (action.kind === "make") await this.#secrets.make(action.state, now, madeFor);
      else await this.#secrets.move(action.keyId, action.state, now);
    }
  }

  #rotated(): KeyAnswer {
    const isWaiting = this.#facts().some(({ state }) => state === "pending");
    return isWaiting ? { kind: "done", note: "the new key waits for its backup: lacre keys backup" } : { kind: "done" };
  }

  async #readList(): Promise<ConfigMapObject | undefined> {
    const { api, keys, namespace } = this.#options;
    const list = await api.getConfigMap(namespace, KEY_LIST_NAME);
    keys.sawList(list?.data?.[KEY_LIST_DATA]);
    return list;
  }

  /** All that there is: a Secret's name says which key it keeps, so each is there once. undefined before there is an identity. */
  #store(): KeyStore | undefined {
    const { keys } = this.#options;
    const cluster = this.#name;
    if (keys.identity === undefined || cluster === undefined) return undefined;
    const { serial, seed } = keys.identity;
    return { cluster, serial, identity: seed, keys: [...keys.records.values()] };
  }

  async #publish(
    store: KeyStore,
    now: Date,
    published: ConfigMapObject | undefined,
    answers: ReadonlyMap<KeyRequest, KeyAnswer>,
  ): Promise<void> {
    const { keys, engine, api, told } = this.#options;
    if (keys.identity === undefined || store.keys.length === 0) return;
    const before = published?.data?.[KEY_LIST_DATA];
    const list = listOf(store);
    // Only the newest list that was seen is the last one: whoever put an older one back finds a newer in its place.
    const last = keys.list;
    if (last !== undefined && before !== undefined && before === this.#textOf(last) && sameKeys(last, list)) {
      this.#published = before;
      if (answers.size > 0) await this.#writeList(before, published, answers);
      return;
    }
    // Kept with the identity first, and never below the time: it rises even where the list, or both, were lost.
    const serial = this.#secrets.serial(now);
    keys.upsert(await api.patchSecret(keys.identity.secret, serialPatch(serial)));
    const text = signKeyList(engine, { ...list, serial }, keys.identity.seed);
    await this.#writeList(text, published, answers);
    keys.sawList(text);
    this.#published = text;
    told("published the key list", { serial: String(serial), keys: list.keys.map(describeKey).join(", ") });
  }

  async #writeList(
    text: string,
    published: ConfigMapObject | undefined,
    answers: ReadonlyMap<KeyRequest, KeyAnswer>,
  ): Promise<void> {
    const { api, namespace } = this.#options;
    const annotations = answerAnnotations(published?.metadata.annotations, answers);
    await api.applyConfigMap({ name: KEY_LIST_NAME, namespace, annotations }, { [KEY_LIST_DATA]: text });
  }

  /** The text that the identity gives a list: the same input gives the same bytes. */
  #textOf(list: KeyList): string | undefined {
    const { engine, keys } = this.#options;
    return keys.identity && signKeyList(engine, list, keys.identity.seed);
  }
}

function refused(why: string): KeyAnswer {
  return { kind: "refused", why };
}

function describeKey({ publicKey, state }: KeyList["keys"][number]): string {
  return `${shortKeyId(publicKey.keyId)} ${state}`;
}
