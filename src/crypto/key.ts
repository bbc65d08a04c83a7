/** Key pairs: a public key to seal to, and a 32-byte seed from which everything else is derived. */
import { wipe } from "../bytes.ts";
import { type KeyId, shortKeyId } from "../model/key-id.ts";
import type { Suite } from "../model/suite.ts";

/** The length of the private seed of either suite, in bytes. */
export const SEED_BYTES = 32;

/** A key to seal to. bytes: 32 (x25519) or 1216 (mlkem768x25519). */
export type PublicKey = { readonly suite: Suite; readonly bytes: Uint8Array; readonly keyId: KeyId };

/** A private key. The seed hides from JSON, from console.log and from error reports by its type. */
export class PrivateKey {
  readonly publicKey: PublicKey;
  readonly #seed: Uint8Array;

  constructor(publicKey: PublicKey, seed: Uint8Array) {
    this.publicKey = publicKey;
    this.#seed = seed;
  }

  /** The 32-byte seed itself, not a copy: for the engines and for writing a key file. */
  seed(): Uint8Array {
    return this.#seed;
  }

  /** Overwrites the seed. The key opens nothing that was not already imported by an engine. */
  wipe(): void {
    wipe(this.#seed);
  }

  toJSON(): string {
    return `[private key ${shortKeyId(this.publicKey.keyId)}]`;
  }
}
