/** Key ids as the 16 bytes that stand in a token. */
import { KEY_ID_BYTES, type KeyId } from "../model/key-id.ts";

/** The 16 bytes that a key id spells. */
export function keyIdBytes(keyId: KeyId): Uint8Array {
  const bytes = new Uint8Array(KEY_ID_BYTES);
  for (let i = 0; i < KEY_ID_BYTES; i++) bytes[i] = Number.parseInt(keyId.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}
