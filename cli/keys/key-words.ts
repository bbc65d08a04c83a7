/** How keys are told to people. */
import type { HeldKey } from "../../src/keys/index.ts";
import { shortKeyId } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";

/** What others compare before they seal: it reaches them by another way than the repository. */
export function tellFingerprint(context: CommandContext, fingerprint: string): void {
  context.say(`fingerprint: ${fingerprint}`);
}

/** `7eb0a1b2 active, ...`. */
export function describeKeys({ keys }: { readonly keys: readonly Pick<HeldKey, "publicKey" | "state">[] }): string {
  return keys.map(({ publicKey, state }) => `${shortKeyId(publicKey.keyId)} ${state}`).join(", ") || "no key";
}
