/** Values of Secrets, compared. Pure. */
import { sameBytes } from "../../src/bytes.ts";

/** True when both hold the same keys with the same bytes. */
export function sameValues(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && sameBytes(value, other);
  });
}
