/** The private keys of the cluster as they are held in memory, kept up to date by a watch on their Secrets. */
import { hkdfSync } from "node:crypto";
import {
  type Engine,
  type HeldKey,
  IDENTITY,
  type KeyId,
  Keyring,
  readIdentitySecret,
  readKeySecret,
  readSerial,
  sameBytes,
  wipe,
} from "../../src/index.ts";
import { keyOf, type SecretObject } from "../kube/object.ts";

/** What is told when the keys change. */
export type HeldKeysOptions = {
  readonly engine: Engine;
  /** Opens with compromised keys too. */
  readonly openCompromised: boolean;
  readonly changed: () => void;
  /** secret: the name of a Secret that is no good key, and why; undefined: it is right again. */
  readonly malformed: (secret: string, problem: string | undefined) => void;
};

const MAC_BYTES = 32;

/** Keys by the Secret that keeps them. A Secret that is no good key is told and passed over. */
export class HeldKeys {
  readonly #options: HeldKeysOptions;
  readonly #records = new Map<string, { readonly resourceVersion: string; readonly record: HeldKey }>();
  readonly #malformed = new Set<string>();
  #identity: { readonly secret: string; readonly seed: Uint8Array; readonly serial: number } | undefined;
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

  /** The cluster's identity, once there is one: its seed, and the serial of the newest list that it signed. */
  get identity(): { readonly secret: string; readonly seed: Uint8Array; readonly serial: number } | undefined {
    return this.#identity;
  }

  /** All keys, by the name of their Secret. */
  get records(): ReadonlyMap<string, HeldKey> {
    return new Map([...this.#records].map(([name, { record }]) => [name, record]));
  }

  /** A key and an identity are there: objects can be opened. */
  get isReady(): boolean {
    return this.#identity !== undefined && this.#keyring.keyIds().length > 0;
  }

  upsert(secret: SecretObject): void {
    const name = keyOf(secret);
    if (secret.metadata.labels?.[IDENTITY] !== undefined) {
      this.#setIdentity(name, secret);
      return;
    }
    const resourceVersion = secret.metadata.resourceVersion ?? "";
    if (this.#records.get(name)?.resourceVersion === resourceVersion) return;
    const before = this.#records.get(name)?.record.privateKey;
    const record = readKeySecret(this.#options.engine, secret);
    if (typeof record === "string") {
      this.#records.delete(name);
      this.#malformed.add(name);
      this.#options.malformed(name, record);
    } else {
      this.#records.set(name, { resourceVersion, record });
      if (this.#malformed.delete(name)) this.#options.malformed(name, undefined);
    }
    this.#rebuild();
    before?.wipe();
  }

  remove(name: string): void {
    if (this.#identity?.secret === name) {
      wipe(this.#identity.seed);
      this.#identity = undefined;
    }
    if (this.#malformed.delete(name)) this.#options.malformed(name, undefined);
    const removed = this.#records.get(name);
    if (removed === undefined) return;
    this.#records.delete(name);
    this.#rebuild();
    removed.record.privateKey?.wipe();
  }

  #setIdentity(name: string, secret: SecretObject): void {
    const seed = readIdentitySecret(secret);
    if (seed === undefined) {
      this.#options.malformed(name, "it must hold a seed of 32 bytes");
      return;
    }
    const isSame = this.#identity !== undefined && sameBytes(this.#identity.seed, seed);
    this.#identity = { secret: name, seed, serial: readSerial(secret) };
    if (isSame) return;
    this.#macKey = new Uint8Array(hkdfSync("sha256", seed, "", "lacre/v1/secret-mac", MAC_BYTES));
    this.#options.changed();
  }

  #rebuild(): void {
    const { keyring, retired } = openingOf(
      [...this.#records.values()].map(({ record }) => record),
      this.#options.openCompromised,
    );
    this.#keyring = keyring;
    this.#retired = retired;
    this.#options.changed();
  }
}

/** Which of some keys open, and which are known and open nothing any more. What was destroyed stays so, whoever has a copy. */
export function openingOf(
  keys: readonly HeldKey[],
  openCompromised: boolean,
): { readonly keyring: Keyring; readonly retired: ReadonlySet<KeyId> } {
  const destroyed = new Set(keys.filter(({ state }) => state === "destroyed").map(({ publicKey }) => publicKey.keyId));
  const opens = ({ state, publicKey }: HeldKey) =>
    !destroyed.has(publicKey.keyId) && (state !== "compromised" || openCompromised);
  const opening = keys.filter(opens).flatMap(({ privateKey }) => privateKey ?? []);
  const retired = keys.filter((key) => !opens(key)).map(({ publicKey }) => publicKey.keyId);
  return { keyring: new Keyring(opening), retired: new Set(retired) };
}
