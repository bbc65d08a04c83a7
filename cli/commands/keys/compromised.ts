/** `lacre keys compromised`: in a cluster through its controller, or in a key store in a file. */
import type { CommandContext } from "../../context.ts";
import { type KeyPlace, orderKey } from "../../keys/key-place.ts";

/** Marks a key as known to others: nothing is sealed for it any more, and controllers stop opening with it. */
export async function markCompromised(context: CommandContext, given: string, options: KeyPlace): Promise<void> {
  context.say(
    "first change the secrets themselves, where they are valid: what was sealed for this key must count as known",
  );
  await orderKey(context, given, options, (keyId) => ({ kind: "compromised", keyId }));
}
