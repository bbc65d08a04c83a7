/** Writes the Secrets that keep the cluster's keys: each state with the identity's proof of it. */
import { type Engine, generateKey } from "../../src/crypto/index.ts";
import {
  destroyPatch,
  factsOfKey,
  type HeldKey,
  holdNew,
  keyProofsPatch,
  keySecret,
  type NewKeys,
  nextSerial,
  proveKey,
  statePatch,
  statesOf,
  withFurtherState,
} from "../../src/keys/index.ts";
import { type KeyId, rfc3339 } from "../../src/model/index.ts";
import type { KubeApi } from "../kube/api.ts";
import type { SecretObject } from "../kube/object.ts";
import type { HeldKeys } from "./held-keys.ts";

/** What key Secrets are written with. */
export type KeySecretsOptions = {
  /** Fenced. */
  readonly api: KubeApi;
  readonly engine: Engine;
  readonly keys: HeldKeys;
  readonly namespace: string;
  readonly newKeys: NewKeys;
  /** Full ids of keys that the operator vouches for. */
  readonly adoptKeys: ReadonlySet<string>;
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
};

/** Key Secrets, as far as they are written. Every method throws ApiError. */
export class KeySecrets {
  readonly #options: KeySecretsOptions;

  constructor(options: KeySecretsOptions) {
    this.#options = options;
  }

  /** The serial that a list would have which is signed now. */
  serial(now: Date): number {
    const { keys } = this.#options;
    return nextSerial(now, keys.identity?.serial ?? 0, keys.list?.serial ?? 0);
  }

  /** Makes a key. madeFor: the request that asked for it. */
  async make(state: "active" | "pending", now: Date, madeFor: string | undefined): Promise<void> {
    const { api, engine, newKeys, namespace, keys, told } = this.#options;
    const key = generateKey(engine, newKeys.suite);
    const held = holdNew(key, state, now, newKeys.lifetimeMs);
    const body = keySecret(namespace, held, this.#proofOf(held, now), madeFor);
    keys.upsert(await api.createSecret(body as SecretObject));
    const message = state === "active" ? "made a sealing key" : "made a sealing key that waits for its backup";
    told(message, { keyId: key.publicKey.keyId });
    key.wipe();
  }

  /** Moves a key to another state. */
  async move(keyId: KeyId, state: HeldKey["state"], now: Date): Promise<void> {
    const { keys, told } = this.#options;
    for (const [name, record] of keys.records) {
      if (record.publicKey.keyId !== keyId || record.state === "destroyed") continue;
      // A key that waited is used from now on.
      const notBefore = record.state === "pending" && state === "active" ? rfc3339(now) : record.notBefore;
      await this.#write(name, { ...record, state, notBefore }, now);
      told(state === "destroyed" ? "destroyed a key" : "a key is in another state", { keyId, state });
    }
  }

  /** A Secret that was put back to a better state than the identity signed last is moved on again. */
  async catchUp(now: Date): Promise<void> {
    const { keys, told } = this.#options;
    for (const secret of keys.behind) {
      const key = keys.records.get(secret);
      if (key === undefined) continue;
      told("a key was put back into a better state than it was published in", { secret, state: key.state });
      await this.#write(secret, key, now);
    }
  }

  /**
   * Gives proofs to the keys that an earlier version made: those that the newest signed list names, and no other; and to those
   * that the operator vouches for. What stands in the way, or undefined.
   */
  async prove(now: Date): Promise<string | undefined> {
    const { keys, api, adoptKeys, told } = this.#options;
    const { identity, list } = keys;
    if (identity === undefined) return undefined;
    const isFitting = list !== undefined && list.serial === identity.serial;
    const states = statesOf(list);
    const isOurs = ({ publicKey: { keyId } }: HeldKey) =>
      (!identity.hasProofs && isFitting && states.has(keyId)) || adoptKeys.has(keyId);
    const adopted = keys.unproven.filter(({ held }) => isOurs(held));
    if (!identity.hasProofs && !isFitting && keys.unproven.length > 0 && adopted.length === 0) {
      const names = keys.unproven.map(({ secret }) => secret).join(", ");
      return `KeysUnproven: no published list says which keys are the cluster's: ${names}; vouch for them with --adopt-key ID`;
    }
    for (const { secret, held } of adopted) {
      const key = withFurtherState(held, states);
      await this.#write(secret, key, now);
      told("took a key over and proved it", { keyId: key.publicKey.keyId, state: key.state });
    }
    if (!identity.hasProofs) keys.upsert(await api.patchSecret(identity.secret, keyProofsPatch()));
    return undefined;
  }

  #proofOf(key: HeldKey, now: Date): string {
    const { engine, keys } = this.#options;
    return proveKey(engine, factsOfKey(key), this.serial(now), keys.identity?.seed ?? new Uint8Array());
  }

  /** One request; of a destroyed key the private part goes as the state is written, and what is left goes on being listed. */
  async #write(secret: string, key: HeldKey, now: Date): Promise<void> {
    const { keys, api } = this.#options;
    const patch = key.state === "destroyed" ? destroyPatch : statePatch;
    keys.upsert(await api.patchSecret(secret, patch(key, this.#proofOf(key, now))));
  }
}
