/** The private keys of the cluster as they are held in memory, kept up to date by a watch on their Secrets. */

import { hkdfSync } from "node:crypto";
import { sameBytes, wipe } from "../../src/bytes.ts";
import { type Engine, Keyring } from "../../src/crypto/index.ts";
import {
  doubtIdentity,
  type FoundKey,
  foundKey,
  type HeldKey,
  hasKeyProofs,
  judgeKeys,
  parseKeyList,
  readIdentitySecret,
  readKeyProof,
  readKeySecret,
  readMadeFor,
  readSerial,
  type SignedKeyList,
} from "../../src/keys/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import { IDENTITY, IDENTITY_SECRET } from "../../src/model/kubernetes.ts";
import { keyOf, type SecretObject, splitKey } from "../kube/object.ts";
import type { UnprovenSecret } from "./unproven-events.ts";

/** What is told when the keys change. */
export type HeldKeysOptions = OpeningPolicy & {
  readonly engine: Engine;
  /** The fingerprint that the identity must have, where the operator has said so. */
  readonly pin?: string | undefined;
  readonly changed: () => void;
  /** secret: the name of a Secret that is no good key, and why; undefined: it is right again. */
  readonly malformed: (secret: string, problem: string | undefined) => void;
  /** A key that was held is destroyed: traces of it are in memory still. */
  readonly destroyed: (keyId: KeyId) => void;
  /** The keys that nobody vouches for, by their Secrets: never used. */
  readonly unproven: (secrets: readonly string[]) => void;
};

const MAC_BYTES = 32;

/** The cluster's identity: its seed, the serial of the newest list that it signed, and whether its keys have proofs. */
type Identity = {
  readonly secret: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly serial: number;
  readonly hasProofs: boolean;
};

type Found = {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly key: FoundKey;
  readonly madeFor: string | undefined;
};

/** Keys by the Secret that keeps them. A Secret that is no good key is told and passed over. */
export class HeldKeys {
  readonly #options: HeldKeysOptions;
  readonly #found = new Map<string, Found>();
  readonly #malformed = new Set<string>();
  #records: ReadonlyMap<string, HeldKey> = new Map();
  #behind: readonly string[] = [];
  #unproven: readonly FoundKey[] = [];
  #identity: Identity | undefined;
  /** An identity that came in place of the one that was there: not taken. */
  #isReplaced = false;
  #list: SignedKeyList | undefined;
  #isListSeen = false;
  #listText: string | undefined;
  #keyring = new Keyring([]);
  #retired: ReadonlySet<KeyId> = new Set();
  #macKey: Uint8Array = new Uint8Array(MAC_BYTES);

  constructor(options: HeldKeysOptions) {
    this.#options = options;
  }

  /** Keys that open. */
  get keyring(): Keyring {
    return this.#keyring;
  }

  /** Keys that are known and open nothing any more. */
  get retired(): ReadonlySet<KeyId> {
    return this.#retired;
  }

  /** The key under which Secrets are marked, 32 bytes. It is derived from the identity, so that it stays put. */
  get macKey(): Uint8Array {
    return this.#macKey;
  }

  /** The cluster's identity, once there is one. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** All keys that count, by the name of their Secret, with the state that counts. */
  get records(): ReadonlyMap<string, HeldKey> {
    return this.#records;
  }

  /** Of these Secrets the state is better than the one that the identity signed last. */
  get behind(): readonly string[] {
    return this.#behind;
  }

  /** What reads as a key and has no proof. */
  get unproven(): readonly FoundKey[] {
    return this.#unproven;
  }

  /** The Secrets of these. */
  get unprovenSecrets(): readonly UnprovenSecret[] {
    return this.#unproven.map(({ secret }) => ({ secret, uid: this.#found.get(secret)?.uid ?? "" }));
  }

  /** The newest list of the cluster's own identity that was seen. */
  get list(): SignedKeyList | undefined {
    const own = this.#identity?.publicKey;
    return this.#list !== undefined && own !== undefined && sameBytes(this.#list.identity, own)
      ? this.#list
      : undefined;
  }

  /** True for a request that a key was made for already. */
  isMadeFor(request: string): boolean {
    return [...this.#found.values()].some(({ madeFor }) => madeFor === request);
  }

  /** Why the identity is not the cluster's, in one sentence; undefined when it is, and where there is none and none is missed. */
  get doubt(): string | undefined {
    if (this.#isReplaced) return "IdentityChanged: another identity came while this one was in use";
    const { engine, pin } = this.#options;
    const found = [...this.#found.values()].map(({ key }) => key);
    const doubt = doubtIdentity(engine, this.#identity?.publicKey, found, this.#list, pin);
    if (doubt === undefined) return undefined;
    const what = pin === undefined ? "the keys and the list are of" : "expected is";
    return `IdentityChanged: ${doubt.found === undefined ? "there is no identity" : `the identity is ${doubt.found}`}, and ${what} ${doubt.expected}`;
  }

  /** It is known which keys are the cluster's, all of them: before that an object would be told that its key is not held. */
  get areKnown(): boolean {
    return this.#identity?.hasProofs === true && this.#isListSeen && this.#records.size > 0;
  }

  /** A key is there that opens, and all are known: objects can be opened. */
  get isReady(): boolean {
    return this.areKnown && this.#keyring.keyIds().length > 0;
  }

  /** The published list as it lies there; of the cluster's own the newest counts. undefined: there is none. */
  sawList(text: string | undefined): void {
    if (this.#isListSeen && text === this.#listText) return;
    this.#listText = text;
    const list = this.#parse(text);
    const isNewer = list !== undefined && (this.list === undefined || list.serial > this.list.serial);
    const isFirst = !this.#isListSeen;
    this.#isListSeen = true;
    if (isNewer) this.#list = list;
    if (isNewer || isFirst) this.#rebuild();
  }

  #parse(text: string | undefined): SignedKeyList | undefined {
    if (text === undefined) return undefined;
    try {
      const list = parseKeyList(this.#options.engine, text);
      // Who may write the ConfigMap may put anybody's list there: it does not displace one of our own.
      const isOther = this.list !== undefined && !sameBytes(list.identity, this.list.identity);
      return isOther ? undefined : list;
    } catch {
      return undefined;
    }
  }

  upsert(secret: SecretObject): void {
    const name = keyOf(secret);
    if (splitKey(name).name === IDENTITY_SECRET) {
      this.#setIdentity(name, secret);
      return;
    }
    if (secret.metadata.labels?.[IDENTITY] !== undefined) {
      this.#refuse(name, `the identity is in ${IDENTITY_SECRET} and nowhere else: this one is ignored`);
      return;
    }
    const resourceVersion = secret.metadata.resourceVersion ?? "";
    if (this.#found.get(name)?.resourceVersion === resourceVersion) return;
    const before = this.#found.get(name)?.key.held.privateKey;
    const read = readKeySecret(this.#options.engine, secret);
    if (!read.ok) {
      this.#found.delete(name);
      this.#refuse(name, read.problem);
    } else {
      const key = foundKey(this.#options.engine, name, read.key, readKeyProof(secret));
      const { uid = "" } = secret.metadata;
      this.#found.set(name, { uid, resourceVersion, key, madeFor: readMadeFor(secret) });
      if (this.#malformed.delete(name)) this.#options.malformed(name, undefined);
    }
    this.#rebuild();
    before?.wipe();
    if (before !== undefined && read.ok && read.key.state === "destroyed")
      this.#options.destroyed(read.key.publicKey.keyId);
  }

  remove(name: string): void {
    // An identity that is gone goes on opening here: it is missed, and none is made in its place.
    if (this.#identity?.secret === name) this.#isReplaced = true;
    if (this.#malformed.delete(name)) this.#options.malformed(name, undefined);
    const removed = this.#found.get(name);
    if (removed === undefined) return;
    this.#found.delete(name);
    this.#rebuild();
    removed.key.held.privateKey?.wipe();
  }

  #refuse(name: string, problem: string): void {
    this.#malformed.add(name);
    this.#options.malformed(name, problem);
  }

  #setIdentity(name: string, secret: SecretObject): void {
    const seed = readIdentitySecret(secret);
    if (seed === undefined) {
      this.#refuse(name, "it must hold a seed of 32 bytes");
      return;
    }
    if (this.#malformed.delete(name)) this.#options.malformed(name, undefined);
    const known = this.#identity;
    const publicKey = known?.publicKey ?? this.#options.engine.signingKeyOf(seed);
    if (known !== undefined && !sameBytes(known.seed, seed)) {
      wipe(seed);
      this.#isReplaced = true;
      return;
    }
    this.#isReplaced = false;
    this.#identity = { secret: name, seed, publicKey, serial: readSerial(secret), hasProofs: hasKeyProofs(secret) };
    if (known !== undefined) {
      if (known.hasProofs !== this.#identity.hasProofs) this.#options.changed();
      return;
    }
    this.#macKey = new Uint8Array(hkdfSync("sha256", seed, "", "lacre/v1/secret-mac", MAC_BYTES));
    this.#rebuild();
  }

  /** Without an identity that is sure nothing is a key. */
  #judge(): void {
    const found = [...this.#found.values()].map(({ key }) => key);
    const identity = this.#identity?.publicKey;
    const isSure = identity !== undefined && (this.#isReplaced || this.doubt === undefined);
    const { proven, unproven } = isSure ? judgeKeys(identity, found, this.list) : { proven: [], unproven: [] };
    this.#records = new Map(proven.map(({ secret, held }) => [secret, held]));
    this.#behind = proven.filter(({ isBehind }) => isBehind).map(({ secret }) => secret);
    this.#unproven = unproven;
    this.#options.unproven(unproven.map(({ secret }) => secret));
  }

  #rebuild(): void {
    this.#judge();
    const { keyring, retired } = openingOf([...this.#records.values()], this.#options);
    this.#keyring = keyring;
    this.#retired = retired;
    this.#options.changed();
  }
}

/** openCompromised: keys that count as known to others open too. */
export type OpeningPolicy = { readonly openCompromised: boolean };

/** Which of some keys open, and which are known and open nothing any more. Of two states for a key the one further on counts. */
export function openingOf(
  keys: readonly HeldKey[],
  { openCompromised }: OpeningPolicy,
): { readonly keyring: Keyring; readonly retired: ReadonlySet<KeyId> } {
  const idsOf = (wanted: HeldKey["state"]) =>
    new Set(keys.filter(({ state }) => state === wanted).map(({ publicKey }) => publicKey.keyId));
  const [destroyed, compromised] = [idsOf("destroyed"), idsOf("compromised")];
  const opens = ({ publicKey }: HeldKey) =>
    !destroyed.has(publicKey.keyId) && (!compromised.has(publicKey.keyId) || openCompromised);
  const opening = keys.filter(opens).flatMap(({ privateKey }) => privateKey ?? []);
  const retired = keys.filter((key) => !opens(key)).map(({ publicKey }) => publicKey.keyId);
  return { keyring: new Keyring(opening), retired: new Set(retired) };
}
