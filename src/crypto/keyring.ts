/** The private keys that are held, found by the key id that a token names. */
import type { KeyId } from "../model/key-id.ts";
import type { PrivateKey } from "./key.ts";

/** Keys by id: opening with twenty old keys is as fast as with one. */
export class Keyring {
  readonly #keys: ReadonlyMap<KeyId, PrivateKey>;

  constructor(keys: readonly PrivateKey[]) {
    this.#keys = new Map(keys.map((key) => [key.publicKey.keyId, key]));
  }

  /** The ids of all held keys. */
  keyIds(): readonly KeyId[] {
    return [...this.#keys.keys()];
  }

  /** The key with this id, if it is held. */
  find(keyId: KeyId): PrivateKey | undefined {
    return this.#keys.get(keyId);
  }

  /** Overwrites every seed. */
  wipe(): void {
    for (const key of this.#keys.values()) key.wipe();
  }
}
