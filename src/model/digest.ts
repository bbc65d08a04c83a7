/** What a SealedSecret makes, as one short text: the same for two objects that make the same Secret. docs/controller.md, Digest. */
import { toBase64url, utf8 } from "../bytes.ts";
import type { SealedSecret } from "./sealed-secret.ts";

const VERSION = "lacre.dev/digest-1";

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * SHA-256 as base64url over the entries with their tokens, and the type, labels, annotations and immutability of the Secret. Not
 * over comments, the order of anything, or how drift, adoption and deletion are treated. Frozen: test/vectors/v1/digests.json.
 */
export function digestOf(
  sha256: (message: Uint8Array) => Uint8Array,
  { entries, shape }: Pick<SealedSecret, "entries" | "shape">,
): string {
  const slots = [...entries]
    .sort(byName)
    .map(([key, entry]) => [
      key,
      entry
        .map(({ environment = null, text }) => [environment, text] as const)
        .sort(([a], [b]) => byName([a ?? "", 0], [b ?? "", 0])),
    ]);
  const { type, immutable, labels, annotations } = shape;
  const text = JSON.stringify([
    VERSION,
    slots,
    type,
    immutable,
    [...labels].sort(byName),
    [...annotations].sort(byName),
  ]);
  return toBase64url(sha256(utf8(text)));
}
