/** HPKE, single shot, base mode (RFC 9180) with HKDF-SHA256 and ChaCha20-Poly1305, over an engine's KEM. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concat, utf8, wipe } from "../bytes.ts";
import { bySuite, SUITES, type Suite } from "../model/suite.ts";
import type { Engine } from "./engine.ts";
import { hkdfExpand, hkdfExtract } from "./hkdf.ts";
import type { PrivateKey, PublicKey } from "./key.ts";

const KDF_HKDF_SHA256 = 0x0001;
const AEAD_CHACHA20_POLY1305 = 0x0003;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const EMPTY = new Uint8Array(0);
const VERSION = utf8("HPKE-v1");

function u16be(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function makeSuiteId(suite: Suite): Uint8Array {
  return concat(utf8("HPKE"), u16be(SUITES[suite].kem), u16be(KDF_HKDF_SHA256), u16be(AEAD_CHACHA20_POLY1305));
}

const SUITE_IDS: Readonly<Record<Suite, Uint8Array>> = bySuite(makeSuiteId);

/** The labelled key derivation of RFC 9180, section 4, for one suite. */
function labelled(engine: Engine, suite: Suite) {
  const id = SUITE_IDS[suite];
  return {
    extract: (salt: Uint8Array, label: string, inputKey: Uint8Array): Uint8Array =>
      hkdfExtract(engine, salt, VERSION, id, utf8(label), inputKey),
    expand: (key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array =>
      hkdfExpand(engine, key, concat(u16be(length), VERSION, id, utf8(label), info), length),
  };
}

/** The hash of the empty pre-shared key id never changes, and there is one for each suite. */
const pskIdHashes = new Map<Suite, Uint8Array>();

/** Key (32 bytes) and nonce (12 bytes) of the first message: RFC 9180, section 5.1, mode base. */
function keySchedule(engine: Engine, suite: Suite, sharedSecret: Uint8Array, info: Uint8Array) {
  const { extract, expand } = labelled(engine, suite);
  const pskIdHash = pskIdHashes.get(suite) ?? extract(EMPTY, "psk_id_hash", EMPTY);
  pskIdHashes.set(suite, pskIdHash);
  const context = concat(Uint8Array.of(0), pskIdHash, extract(EMPTY, "info_hash", info));
  const secret = extract(sharedSecret, "secret", EMPTY);
  const key = expand(secret, "key", context, KEY_BYTES);
  const nonce = expand(secret, "base_nonce", context, NONCE_BYTES);
  wipe(secret);
  return { key, nonce };
}

/** Encrypts to a shared secret that is already agreed. aad is empty in tokens; vectors use others. */
export function hpkeSealWith(
  engine: Engine,
  suite: Suite,
  sharedSecret: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = EMPTY,
): Uint8Array {
  const { key, nonce } = keySchedule(engine, suite, sharedSecret, info);
  try {
    return chacha20poly1305(key, nonce, aad).encrypt(plaintext);
  } finally {
    wipe(key);
  }
}

/** Decrypts with a shared secret that is already agreed; undefined when the tag does not fit. */
export function hpkeOpenWith(
  engine: Engine,
  suite: Suite,
  sharedSecret: Uint8Array,
  info: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = EMPTY,
): Uint8Array | undefined {
  const { key, nonce } = keySchedule(engine, suite, sharedSecret, info);
  try {
    return chacha20poly1305(key, nonce, aad).decrypt(ciphertext);
  } catch {
    return undefined;
  } finally {
    wipe(key);
  }
}

/** SealBase: the encapsulated key and the ciphertext (plaintext + 16 bytes). */
export function hpkeSeal(
  engine: Engine,
  recipient: PublicKey,
  info: Uint8Array,
  plaintext: Uint8Array,
): { readonly enc: Uint8Array; readonly ciphertext: Uint8Array } {
  const { enc, sharedSecret } = engine.encapsulate(recipient);
  try {
    return { enc, ciphertext: hpkeSealWith(engine, recipient.suite, sharedSecret, info, plaintext) };
  } finally {
    wipe(sharedSecret);
  }
}

/** OpenBase: the plaintext, or undefined. */
export function hpkeOpen(
  engine: Engine,
  key: PrivateKey,
  enc: Uint8Array,
  info: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const sharedSecret = engine.decapsulate(key, enc);
  if (sharedSecret === undefined) return undefined;
  try {
    return hpkeOpenWith(engine, key.publicKey.suite, sharedSecret, info, ciphertext);
  } finally {
    wipe(sharedSecret);
  }
}
