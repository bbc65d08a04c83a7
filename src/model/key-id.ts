/** The short public name of a key pair: 16 bytes, written as 32 hexadecimal digits. */
import { toHex } from "../bytes.ts";

declare const keyIdBrand: unique symbol;

/** 32 lower-case hexadecimal digits. */
export type KeyId = string & { readonly [keyIdBrand]: true };

/** The length of a key id in a token, in bytes. */
export const KEY_ID_BYTES = 16;

/** The key id that these 16 bytes spell. */
export function keyIdOf(bytes: Uint8Array): KeyId {
  return toHex(bytes) as KeyId;
}

/** The first 8 digits, for people. */
export function shortKeyId(keyId: KeyId): string {
  return keyId.slice(0, 8);
}
