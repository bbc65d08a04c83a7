/** DHKEM(X25519, HKDF-SHA256): RFC 9180, section 4.1, the part after the Diffie-Hellman. */
import { concat, utf8 } from "../bytes.ts";
import { type Hmac, hkdfExpand, hkdfExtract } from "./hkdf.ts";

const VERSION = utf8("HPKE-v1");
const SUITE_ID = concat(utf8("KEM"), Uint8Array.of(0x00, 0x20));
const SECRET_BYTES = 32;

/** True when every byte is zero, without stopping at the first that is not. */
export function isZero(bytes: Uint8Array): boolean {
  let bits = 0;
  for (const byte of bytes) bits |= byte;
  return bits === 0;
}

/** ExtractAndExpand: the KEM's shared secret from the raw Diffie-Hellman result, the encapsulation and the public key. */
export function dhkemSecret(engine: Hmac, shared: Uint8Array, enc: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const key = hkdfExtract(engine, new Uint8Array(0), concat(VERSION, SUITE_ID, utf8("eae_prk"), shared));
  const info = concat(Uint8Array.of(0, SECRET_BYTES), VERSION, SUITE_ID, utf8("shared_secret"), enc, publicKey);
  return hkdfExpand(engine, key, info, SECRET_BYTES);
}
