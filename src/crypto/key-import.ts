/** Keys made, and made of bytes: by an engine, which derives the public side and refuses what is not safe to seal to. */
import { concat, utf8 } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { KEY_ID_BYTES, type KeyId, keyIdOf, shortKeyId } from "../model/key-id.ts";
import { LABEL } from "../model/label.ts";
import { SUITES, type Suite } from "../model/suite.ts";
import type { Engine } from "./engine.ts";
import { PrivateKey, type PublicKey, SEED_BYTES } from "./key.ts";
import { canonicalX25519, isCanonicalX25519 } from "./x25519.ts";

const X25519_BYTES = 32;

/** First 16 bytes of SHA-256(LABEL "kid" || suite || publicKey): format 1, section Bytes. */
function deriveKeyId(engine: Engine, suite: Suite, bytes: Uint8Array): KeyId {
  const hash = engine.sha256(concat(utf8(`${LABEL}kid`), Uint8Array.of(SUITES[suite].id), bytes));
  return keyIdOf(hash.subarray(0, KEY_ID_BYTES));
}

/** Refuses a second writing of somebody's key. The X25519 part ends the bytes of either suite. */
function assertCanonical(engine: Engine, suite: Suite, bytes: Uint8Array, keyId: KeyId): void {
  const x25519 = bytes.subarray(-X25519_BYTES);
  if (isCanonicalX25519(x25519)) return;
  const owners = concat(bytes.subarray(0, -X25519_BYTES), canonicalX25519(x25519));
  const [found, expected] = [keyId, deriveKeyId(engine, suite, owners)].map(shortKeyId);
  throw new LacreError(
    "KEY_INVALID",
    `this ${suite} public key (${found}) is another writing of the key ${expected}: what is sealed for it opens for nobody`,
    { hint: "fetch the key again from its owner, and compare its key id" },
  );
}

/** The public key with these bytes, or KEY_INVALID for a wrong length, another writing of a key, a low-order point or a modulus overflow. */
export function importPublicKey(engine: Engine, suite: Suite, bytes: Uint8Array): PublicKey {
  if (bytes.length !== SUITES[suite].publicKeyBytes) {
    throw new LacreError(
      "KEY_INVALID",
      `a ${suite} public key has ${SUITES[suite].publicKeyBytes} bytes, not ${bytes.length}`,
      {
        hint: "copy the whole line again: it was cut or extended",
      },
    );
  }
  if (!engine.isUsable(suite, bytes)) {
    throw new LacreError("KEY_INVALID", `this ${suite} public key is not safe to seal to`, {
      hint: "fetch the key again from its owner and compare its key id: it is damaged or forged",
    });
  }
  const keyId = deriveKeyId(engine, suite, bytes);
  assertCanonical(engine, suite, bytes, keyId);
  return { suite, bytes, keyId };
}

/** The private key of a 32-byte seed. The key takes the seed over: wipe the key, and the seed is gone. */
export function importPrivateKey(engine: Engine, suite: Suite, seed: Uint8Array): PrivateKey {
  if (seed.length !== SEED_BYTES) {
    throw new LacreError("KEY_INVALID", "a private key has 32 bytes", {
      hint: "the key is cut or extended: restore it",
    });
  }
  const bytes = engine.publicKeyOf(suite, seed);
  return new PrivateKey({ suite, bytes, keyId: deriveKeyId(engine, suite, bytes) }, seed);
}

/** A new key pair from the engine's randomness. */
export function generateKey(engine: Engine, suite: Suite): PrivateKey {
  return importPrivateKey(engine, suite, engine.randomBytes(SEED_BYTES));
}
