/** What a runtime must offer: randomness, hashes and a KEM for every suite. Everything else is built on top, once. */

import type { Suite } from "../model/suite.ts";
import type { PrivateKey, PublicKey } from "./key.ts";

/** A fresh shared secret (32 bytes) and the encapsulation that carries it to the recipient. */
export type Encapsulated = { readonly enc: Uint8Array; readonly sharedSecret: Uint8Array };

/** The primitives of one runtime. Two engines exist and must agree on every vector. */
export interface Engine {
  readonly name: "native" | "portable";
  /** Bytes from the system's generator. No production engine takes them from anywhere else. */
  randomBytes(length: number): Uint8Array;
  /** SHA-256, 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 of the parts in a row, 32 bytes, for keys of at most 64 bytes. */
  hmacSha256(key: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array;
  /** The public key that a 32-byte seed derives. */
  publicKeyOf(suite: Suite, seed: Uint8Array): Uint8Array;
  /** False for public keys nobody should seal to: low-order points, coefficients beyond the modulus. */
  isUsable(suite: Suite, publicKey: Uint8Array): boolean;
  /** KEM encapsulation of the recipient's suite (RFC 9180, section 4; X-Wing for the hybrid). */
  encapsulate(recipient: PublicKey): Encapsulated;
  /** The shared secret (32 bytes), or undefined when the encapsulation is refused. ML-KEM rejects implicitly. */
  decapsulate(key: PrivateKey, enc: Uint8Array): Uint8Array | undefined;
  /** The Ed25519 public key (32 bytes) of a seed (32 bytes). */
  signingKeyOf(seed: Uint8Array): Uint8Array;
  /** An Ed25519 signature, 64 bytes. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Ed25519 verification by the one rule of ed25519.ts: malleable signatures and bad keys are false, never an error. */
  isSigned(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** The KEM of one suite. Each engine has one for every suite, and none that serves for those it does not know. */
export type Kem = {
  /** See {@link Engine.publicKeyOf}. */
  readonly publicKeyOf: (seed: Uint8Array) => Uint8Array;
  /** See {@link Engine.isUsable}. */
  readonly isUsable: (publicKey: Uint8Array) => boolean;
  readonly encapsulate: Engine["encapsulate"];
  readonly decapsulate: Engine["decapsulate"];
};

/** The functions of an engine that depend on the suite, from its table of KEMs. */
export function kemsBySuite(
  kems: Readonly<Record<Suite, Kem>>,
): Pick<Engine, "publicKeyOf" | "isUsable" | "encapsulate" | "decapsulate"> {
  return {
    publicKeyOf: (suite, seed) => kems[suite].publicKeyOf(seed),
    isUsable: (suite, publicKey) => kems[suite].isUsable(publicKey),
    encapsulate: (recipient) => kems[recipient.suite].encapsulate(recipient),
    decapsulate: (key, enc) => kems[key.publicKey.suite].decapsulate(key, enc),
  };
}

const genuine = new WeakSet<Engine>();

/** Marks an engine as one of ours. Only this folder's engines and the tests' deterministic one may call it. */
export function registerEngine(engine: Engine): Engine {
  genuine.add(engine);
  return engine;
}

/** Refuses objects that only look like an engine: nobody can slip in randomness of their own. */
export function assertEngine(engine: Engine): void {
  if (!genuine.has(engine)) throw new TypeError("engine: not made by lacre; use nativeEngine() or portableEngine()");
}
