/** SHA-256 that runs everywhere: for whoever has no engine, because nothing secret is hashed. */
import { sha256 as hash } from "@noble/hashes/sha2.js";

/** The 32 bytes of the hash. */
export function sha256(message: Uint8Array): Uint8Array {
  return hash(message);
}
