/** `lacre keys publish`: the signed public key list of a key store on this machine. */
import { fingerprintOf, listOf, signKeyList } from "../../../src/keys/index.ts";
import { writeAtomic } from "../../../src/node/write.ts";
import type { CommandContext } from "../../context.ts";
import { resolvePath, STDIN } from "../../files/files.ts";
import { withStore } from "../../keys/key-store.ts";
import { describeKeys, tellFingerprint } from "../../keys/key-words.ts";

/** The signed list of a store: what everybody may see, and seals with. */
export async function publishKeys(
  context: CommandContext,
  options: { readonly keyFile: string; readonly output?: string },
): Promise<void> {
  await withStore(context, options.keyFile, async (store, engine) => {
    const text = signKeyList(engine, listOf(store), store.identity);
    if (options.output === undefined || options.output === STDIN) return context.print(text);
    writeAtomic({ path: resolvePath(context, options.output), content: text });
    context.say(
      `${options.output}: ${store.cluster}, serial ${store.serial}, ${describeKeys(listOf(store))}. Commit it`,
    );
    tellFingerprint(context, fingerprintOf(engine, engine.signingKeyOf(store.identity)));
  });
}
