/** The engine on node:crypto, for Node >= 24.7, which has ML-KEM. The only file of src that imports node:crypto. */

import type { KeyObject } from "node:crypto";
import { wipe } from "../bytes.ts";
import { strictly } from "../crypto/ed25519.ts";
import { type Engine, type Kem, kemsBySuite, registerEngine } from "../crypto/engine.ts";
import type { PrivateKey, PublicKey } from "../crypto/key.ts";
import { isMlKemPublicKey, MLKEM_CIPHERTEXT_BYTES, MLKEM_PUBLIC_KEY_BYTES } from "../crypto/mlkem.ts";

// Not by import: an ES module import of node:crypto evaluates WebCrypto too, which costs every start four milliseconds.
const crypto = process.getBuiltinModule("node:crypto");

// Fixed DER headers (RFC 8410 for X25519 and Ed25519, RFC 9935 for ML-KEM-768): node:crypto imports no raw keys before Node 24.
const X25519_PUBLIC_HEADER = Buffer.from("302a300506032b656e032100", "hex");
const X25519_PRIVATE_HEADER = Buffer.from("302e020100300506032b656e04220420", "hex");
const ED25519_PUBLIC_HEADER = Buffer.from("302a300506032b6570032100", "hex");
const ED25519_PRIVATE_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");
const MLKEM_PUBLIC_HEADER = Buffer.from("308204b2300b0609608648016503040402038204a100", "hex");
const MLKEM_SEED_HEADER = Buffer.from("3054020100300b060960864801650304040204428040", "hex");
/** The six bytes `\.//^\` that end the X-Wing combiner (draft-connolly-cfrg-xwing-kem, section 5.3). */
const XWING_LABEL = Buffer.from("5c2e2f2f5e5c", "hex");
const MLKEM_SEED_BYTES = 64;
const HMAC_BLOCK_BYTES = 64;

/** What is made of a key is made once and kept for its lifetime: importing costs as much as using it. */
function onceFor<K extends object, P>(make: (key: K) => P): (key: K) => P {
  const made = new WeakMap<K, P>();
  return (key) => {
    let parts = made.get(key);
    if (parts === undefined) {
      parts = make(key);
      made.set(key, parts);
    }
    return parts;
  };
}

function importPublic(header: Buffer, raw: Uint8Array): KeyObject {
  return crypto.createPublicKey({ key: Buffer.concat([header, raw]), format: "der", type: "spki" });
}

function importPrivate(header: Buffer, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([header, raw]);
  try {
    return crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } finally {
    wipe(der);
  }
}

function rawPublicX25519(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x as string, "base64url");
}

function sha256(message: Uint8Array): Uint8Array {
  return crypto.hash("sha256", message, "buffer");
}

/** HMAC from two one-shot hashes: a third of the time of createHmac for the short messages here. */
function hmacSha256(key: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  let length = HMAC_BLOCK_BYTES;
  for (const part of message) length += part.length;
  const inner = new Uint8Array(length).fill(0x36, 0, HMAC_BLOCK_BYTES);
  const outer = new Uint8Array(HMAC_BLOCK_BYTES + 32).fill(0x5c, 0, HMAC_BLOCK_BYTES);
  for (let i = 0; i < key.length; i++) {
    (inner[i] as number) ^= key[i] as number;
    (outer[i] as number) ^= key[i] as number;
  }
  let offset = HMAC_BLOCK_BYTES;
  for (const part of message) {
    inner.set(part, offset);
    offset += part.length;
  }
  outer.set(sha256(inner), HMAC_BLOCK_BYTES);
  const tag = sha256(outer);
  wipe(inner, outer);
  return tag;
}

/** OpenSSL refuses an all-zero X25519 result: the probe fails for every low-order point. */
function isUsableX25519(publicKey: Uint8Array): boolean {
  try {
    const probe = crypto.generateKeyPairSync("x25519").privateKey;
    crypto.diffieHellman({ privateKey: probe, publicKey: importPublic(X25519_PUBLIC_HEADER, publicKey) });
    return true;
  } catch {
    return false;
  }
}

const x25519PublicOf = onceFor(({ bytes }: PublicKey) => importPublic(X25519_PUBLIC_HEADER, bytes));
const x25519PrivateOf = onceFor((key: PrivateKey) => importPrivate(X25519_PRIVATE_HEADER, key.seed()));

/** OpenSSL's encapsulation for X25519 is DHKEM(X25519, HKDF-SHA256) of RFC 9180. */
const x25519Kem: Kem = {
  publicKeyOf: (seed) =>
    new Uint8Array(rawPublicX25519(crypto.createPublicKey(importPrivate(X25519_PRIVATE_HEADER, seed)))),
  isUsable: isUsableX25519,
  encapsulate(recipient) {
    const { sharedKey, ciphertext } = crypto.encapsulate(x25519PublicOf(recipient));
    return { enc: ciphertext, sharedSecret: sharedKey };
  },
  decapsulate(key, enc) {
    const privateKey = x25519PrivateOf(key);
    try {
      return crypto.decapsulate(privateKey, enc);
    } catch {
      return undefined;
    }
  },
};

/** SHAKE-256(seed, 96): the ML-KEM seed d || z (64 bytes) and the X25519 secret (32 bytes). */
function expandHybridSeed(seed: Uint8Array): Buffer {
  return crypto
    .createHash("shake256", { outputLength: MLKEM_SEED_BYTES + 32 })
    .update(seed)
    .digest();
}

type HybridPrivate = { readonly mlkem: KeyObject; readonly x25519: KeyObject; readonly x25519PublicBytes: Uint8Array };

function importHybridPrivate(seed: Uint8Array): HybridPrivate {
  const expanded = expandHybridSeed(seed);
  const x25519 = importPrivate(X25519_PRIVATE_HEADER, expanded.subarray(MLKEM_SEED_BYTES));
  const mlkem = importPrivate(MLKEM_SEED_HEADER, expanded.subarray(0, MLKEM_SEED_BYTES));
  wipe(expanded);
  return { mlkem, x25519, x25519PublicBytes: rawPublicX25519(crypto.createPublicKey(x25519)) };
}

const hybridPrivateOf = onceFor((key: PrivateKey) => importHybridPrivate(key.seed()));
const hybridPublicOf = onceFor(({ bytes }: PublicKey) => {
  const x25519Bytes = bytes.subarray(MLKEM_PUBLIC_KEY_BYTES);
  return {
    mlkem: importPublic(MLKEM_PUBLIC_HEADER, bytes.subarray(0, MLKEM_PUBLIC_KEY_BYTES)),
    x25519: importPublic(X25519_PUBLIC_HEADER, x25519Bytes),
    x25519Bytes,
  };
});

/** X-Wing's combiner: SHA3-256(ML-KEM secret || X25519 secret || X25519 ciphertext || X25519 public key || label). */
function combine(mlkem: Uint8Array, x25519: Uint8Array, enc: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const input = Buffer.concat([mlkem, x25519, enc, publicKey, XWING_LABEL]);
  try {
    return crypto.hash("sha3-256", input, "buffer");
  } finally {
    wipe(input, mlkem, x25519);
  }
}

/** X-Wing (draft-connolly-cfrg-xwing-kem). */
const hybridKem: Kem = {
  publicKeyOf(seed) {
    const { mlkem, x25519PublicBytes } = importHybridPrivate(seed);
    const spki = crypto.createPublicKey(mlkem).export({ format: "der", type: "spki" });
    return new Uint8Array(Buffer.concat([spki.subarray(MLKEM_PUBLIC_HEADER.length), x25519PublicBytes]));
  },
  isUsable: (publicKey) =>
    isMlKemPublicKey(publicKey.subarray(0, MLKEM_PUBLIC_KEY_BYTES)) &&
    isUsableX25519(publicKey.subarray(MLKEM_PUBLIC_KEY_BYTES)),
  encapsulate(recipient) {
    const { mlkem, x25519, x25519Bytes } = hybridPublicOf(recipient);
    const { sharedKey, ciphertext } = crypto.encapsulate(mlkem);
    const ephemeral = crypto.generateKeyPairSync("x25519");
    const enc = rawPublicX25519(ephemeral.publicKey);
    const shared = crypto.diffieHellman({ privateKey: ephemeral.privateKey, publicKey: x25519 });
    return { enc: Buffer.concat([ciphertext, enc]), sharedSecret: combine(sharedKey, shared, enc, x25519Bytes) };
  },
  decapsulate(key, enc) {
    const { mlkem, x25519, x25519PublicBytes } = hybridPrivateOf(key);
    try {
      const x25519Enc = enc.subarray(MLKEM_CIPHERTEXT_BYTES);
      const publicKey = importPublic(X25519_PUBLIC_HEADER, x25519Enc);
      const shared = crypto.diffieHellman({ privateKey: x25519, publicKey });
      const sharedKey = crypto.decapsulate(mlkem, enc.subarray(0, MLKEM_CIPHERTEXT_BYTES));
      return combine(sharedKey, shared, x25519Enc, x25519PublicBytes);
    } catch {
      return undefined;
    }
  },
};

function signingKeyOf(seed: Uint8Array): Uint8Array {
  const spki = crypto
    .createPublicKey(importPrivate(ED25519_PRIVATE_HEADER, seed))
    .export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(ED25519_PUBLIC_HEADER.length));
}

/** OpenSSL compares the encoding of [S]B - [k]A with R as bytes, without the cofactor. */
function fitsEquation(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return crypto.verify(null, message, importPublic(ED25519_PUBLIC_HEADER, publicKey), signature);
}

const engine: Engine = registerEngine({
  name: "native",
  randomBytes: (length) => new Uint8Array(crypto.randomBytes(length)),
  sha256,
  hmacSha256,
  ...kemsBySuite({ x25519: x25519Kem, mlkem768x25519: hybridKem }),
  signingKeyOf,
  sign: (seed, message) => new Uint8Array(crypto.sign(null, message, importPrivate(ED25519_PRIVATE_HEADER, seed))),
  isSigned: strictly(fitsEquation),
});

/** ML-KEM came to OpenSSL with 3.5 and to node:crypto with 24.7. Trying it out would cost every start two milliseconds. */
function isSupported(): boolean {
  const [major = 0, minor = 0] = (process.versions.openssl ?? "").split(".").map(Number);
  return typeof crypto.encapsulate === "function" && (major > 3 || (major === 3 && minor >= 5));
}

/** The native engine, or undefined where the runtime has no ML-KEM. */
export function nativeEngine(): Engine | undefined {
  return isSupported() ? engine : undefined;
}

/** The fastest engine of this runtime. The portable one is loaded only when it is needed. */
export async function loadEngine(): Promise<Engine> {
  return nativeEngine() ?? (await import("../crypto/engine-portable.ts")).portableEngine;
}
