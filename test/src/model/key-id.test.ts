/** Key ids as bytes and as text. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { keyIdBytes } from "../../../src/crypto/key-id-bytes.ts";
import { KEY_ID_BYTES, keyIdOf, shortKeyId } from "../../../src/model/key-id.ts";

it("a key id is 32 lower-case hexadecimal digits, which give its bytes back; people see the first eight", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: KEY_ID_BYTES, maxLength: KEY_ID_BYTES }), (bytes) => {
      const keyId = keyIdOf(bytes);
      expect(keyId).toMatch(/^[0-9a-f]{32}$/);
      expect(Buffer.compare(keyIdBytes(keyId), bytes)).toBe(0);
      expect(keyId.startsWith(shortKeyId(keyId))).toBe(true);
      expect(shortKeyId(keyId)).toHaveLength(8);
    }),
  );
});
