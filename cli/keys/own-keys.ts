/** The public side of the key stores that somebody holds: whose keys are theirs, and which of them is the newest. */
import type { PublicKey } from "../../src/crypto/index.ts";
import { fingerprintOf, isKeyStore, newestActive, parseKeyStore, wipeStore } from "../../src/keys/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import { readKeyFile } from "../../src/node/key-file.ts";
import type { CommandContext } from "../context.ts";
import { resolvePath } from "../files/files.ts";
import { keyFilesOf } from "./private-keys.ts";

/** The keys of one store. newest: what is sealed for it now. fingerprint: of the identity that signs its lists. */
export type OwnKeys = {
  readonly file: string;
  readonly newest: PublicKey;
  readonly ids: ReadonlySet<KeyId>;
  readonly fingerprint: string;
};

/** The stores among the key files that were named, or that LACRE_KEY_FILE names. Bare keys tell nothing of others. */
export async function ownKeys(context: CommandContext, named: readonly string[]): Promise<readonly OwnKeys[]> {
  const engine = await context.engine();
  return keyFilesOf(context, named).flatMap((file) => {
    const { text } = readKeyFile(resolvePath(context, file), context.env, file);
    if (!isKeyStore(text)) return [];
    const store = parseKeyStore(engine, text);
    try {
      const newest = newestActive(store)?.publicKey;
      const ids = new Set(store.keys.map(({ publicKey }) => publicKey.keyId));
      const fingerprint = fingerprintOf(engine, engine.signingKeyOf(store.identity));
      return newest === undefined ? [] : [{ file, newest, ids, fingerprint }];
    } finally {
      wipeStore(store);
    }
  });
}
