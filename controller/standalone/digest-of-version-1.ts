/** The digest in inventories of version 1: what tells after an update whether that very object was applied before. Never written. Pure. */
import { toHex, utf8 } from "../../src/bytes.ts";
import { type SealedSecret, slotsOf } from "../../src/model/index.ts";

const DIGEST_BYTES = 16;

/** As the version before wrote it; undefined for what that could not read. No digest of today has its length. */
export function digestOfVersion1(
  sha256: (message: Uint8Array) => Uint8Array,
  { entries, shape, policy }: Pick<SealedSecret, "entries" | "shape" | "policy">,
): string | undefined {
  const slots = slotsOf(entries);
  if (slots.some(({ slot }) => slot.environment !== undefined)) return undefined;
  const { type, immutable, labels, annotations } = shape;
  const text = JSON.stringify([
    slots.map(({ key, slot }) => [key, slot.text]).sort(),
    [type, immutable, [...labels].sort(), [...annotations].sort()],
    { drift: policy.drift, adopt: policy.adopt, deletion: policy.deletion, suspend: policy.suspend },
  ]);
  return toHex(sha256(utf8(text)).subarray(0, DIGEST_BYTES));
}
