/** The engine for every runtime and the browser: tweetnacl for X25519 and randomness, noble for the rest. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { ml_kem768_x25519 as xwing } from "@noble/post-quantum/hybrid.js";
import nacl from "tweetnacl";
import { concat, sameBytes, wipe } from "../bytes.ts";
import { dhkemSecret, isZero } from "./dhkem.ts";
import { strictly } from "./ed25519.ts";
import { fromLittleEndian, GROUP_ORDER } from "./edwards25519.ts";
import { type Engine, type Kem, kemsBySuite, registerEngine } from "./engine.ts";
import type { Hmac } from "./hkdf.ts";
import { isMlKemPublicKey, MLKEM_PUBLIC_KEY_BYTES } from "./mlkem.ts";

// X-Wing takes 32 bytes for ML-KEM and 32 for the ephemeral X25519 key (draft-connolly-cfrg-xwing-kem, section 5.4).
const XWING_RANDOM_BYTES = 64;
const X25519_RANDOM_BYTES = 32;

/** tweetnacl accepts low-order points: an all-zero result is refused here (undefined). */
function x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  const shared = nacl.scalarMult(secret, publicKey);
  return isZero(shared) ? undefined : shared;
}

/** Any secret will do: a low-order point gives zero with every clamped one. */
const PROBE = new Uint8Array(32).fill(0x42);

type Random = Engine["randomBytes"];

/** DHKEM(X25519, HKDF-SHA256), RFC 9180, section 4.1. */
function x25519Kem(hashes: Hmac, randomBytes: Random): Kem {
  return {
    publicKeyOf: (seed) => nacl.scalarMult.base(seed),
    isUsable: (publicKey) => x25519(PROBE, publicKey) !== undefined,
    encapsulate({ bytes }) {
      const ephemeral = randomBytes(X25519_RANDOM_BYTES);
      try {
        const enc = nacl.scalarMult.base(ephemeral);
        const shared = x25519(ephemeral, bytes);
        if (shared === undefined) throw new TypeError("encapsulate: low-order public key");
        const sharedSecret = dhkemSecret(hashes, shared, enc, bytes);
        wipe(shared);
        return { enc, sharedSecret };
      } finally {
        wipe(ephemeral);
      }
    },
    decapsulate(key, enc) {
      const shared = x25519(key.seed(), enc);
      if (shared === undefined) return undefined;
      const secret = dhkemSecret(hashes, shared, enc, key.publicKey.bytes);
      wipe(shared);
      return secret;
    },
  };
}

/** X-Wing. */
function hybridKem(randomBytes: Random): Kem {
  return {
    publicKeyOf: (seed) => xwing.keygen(seed).publicKey,
    isUsable: (publicKey) =>
      isMlKemPublicKey(publicKey.subarray(0, MLKEM_PUBLIC_KEY_BYTES)) &&
      x25519(PROBE, publicKey.subarray(MLKEM_PUBLIC_KEY_BYTES)) !== undefined,
    encapsulate({ bytes }) {
      const random = randomBytes(XWING_RANDOM_BYTES);
      try {
        const { cipherText, sharedSecret } = xwing.encapsulate(bytes, random);
        return { enc: cipherText, sharedSecret };
      } finally {
        wipe(random);
      }
    },
    decapsulate(key, enc) {
      try {
        return xwing.decapsulate(enc, key.seed());
      } catch {
        return undefined;
      }
    },
  };
}

/** noble's own verify multiplies the cofactor in, OpenSSL does not: the equation is written out, so that both say the same. */
function fitsEquation(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const k = fromLittleEndian(sha512(concat(r, publicKey, message))) % GROUP_ORDER;
  const sB = ed25519.Point.BASE.multiplyUnsafe(fromLittleEndian(signature.subarray(32)));
  const kA = ed25519.Point.fromBytes(publicKey).multiplyUnsafe(k);
  return sameBytes(sB.subtract(kA).toBytes(), r);
}

/**
 * A portable engine over a source of randomness. Not exported by the package: production code reaches only
 * {@link portableEngine}, tests pass fixed bytes to make sealing byte-exact.
 */
export function createPortableEngine(randomBytes: (length: number) => Uint8Array): Engine {
  const hashes: Hmac = { hmacSha256: (key, ...message) => hmac(sha256, key, concat(...message)) };
  return registerEngine({
    name: "portable",
    randomBytes,
    sha256,
    ...hashes,
    ...kemsBySuite({ x25519: x25519Kem(hashes, randomBytes), mlkem768x25519: hybridKem(randomBytes) }),
    signingKeyOf: (seed) => ed25519.getPublicKey(seed),
    sign: (seed, message) => ed25519.sign(message, seed),
    isSigned: strictly(fitsEquation),
  });
}

/** The portable engine on the system's randomness. */
export const portableEngine: Engine = createPortableEngine((length) => concat(nacl.randomBytes(length)));
