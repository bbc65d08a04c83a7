/** OpenSSL's salted form, which transcrypt writes in base64. */
import type { ForeignFormat } from "./format.ts";

/** `openssl enc` with a password: "Salted__", 8 bytes of salt, ciphertext. */
export const OPENSSL: ForeignFormat & { readonly value: RegExp } = {
  tool: "openssl enc",
  opened: "openssl enc -d ... FILE",
  value: /^U2FsdGVkX1/,
  bytes: /^Salted__/,
};
