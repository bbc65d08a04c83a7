/** `lacre keys backup verify`: that a backup gives back what it is a backup of. */
import type { Engine } from "../../../src/crypto/index.ts";
import { LacreError } from "../../../src/errors.ts";
import { fingerprintOf, type KeyStore, parseKeyList } from "../../../src/keys/index.ts";
import { printableJson, printableName, shortKeyId } from "../../../src/model/index.ts";
import type { CommandContext } from "../../context.ts";
import { counted } from "../../counted.ts";
import { readSource } from "../../files/files.ts";
import { type UnlockOptions, withBackup } from "../../keys/backup-keys.ts";

/** Options of `lacre keys backup verify`. */
export type VerifyBackupOptions = UnlockOptions & { readonly against?: string; readonly json?: boolean };

/** Opens a backup in memory, derives every key id again, and writes nothing. */
export async function verifyBackup(context: CommandContext, file: string, options: VerifyBackupOptions): Promise<void> {
  await withBackup(context, file, options, async (store, engine) => {
    const { against } = options;
    if (against !== undefined) await compare(context, engine, store, file, against);
    const fingerprint = fingerprintOf(engine, engine.signingKeyOf(store.identity));
    const keys = store.keys.map(({ publicKey, state, notBefore, notAfter }) => ({
      keyId: publicKey.keyId,
      state,
      notBefore,
      notAfter,
    }));
    if (options.json === true) {
      const { cluster, serial } = store;
      await context.print(
        `${printableJson(JSON.stringify({ cluster, serial, identity: fingerprint, keys }, null, 2))}\n`,
      );
      return;
    }
    const lines = keys.map(
      ({ keyId, state, notBefore, notAfter }) =>
        `  ${shortKeyId(keyId)}  ${state.padEnd(12)}  ${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`,
    );
    await context.print(
      `${printableName(store.cluster)}, serial ${store.serial}, ${fingerprint}\n${lines.join("\n")}\n`,
    );
    context.say(`the backup is whole: ${counted(keys.length, "key id")} derived again`);
  });
}

/** Every key that a list says is there must be in the backup, under the same identity. */
async function compare(
  context: CommandContext,
  engine: Engine,
  store: KeyStore,
  file: string,
  against: string,
): Promise<void> {
  const list = parseKeyList(engine, (await readSource(context, against)).text);
  const own = fingerprintOf(engine, engine.signingKeyOf(store.identity));
  const theirs = fingerprintOf(engine, list.identity);
  if (own !== theirs) {
    throw new LacreError("BACKUP_INVALID", `${file} is of the identity ${own}, and ${against} is signed by ${theirs}`, {
      hint: "it is the backup of another cluster",
    });
  }
  const held = new Set(
    store.keys.filter(({ privateKey }) => privateKey !== undefined).map(({ publicKey }) => publicKey.keyId),
  );
  const missing = list.keys.filter(({ publicKey, state }) => state !== "destroyed" && !held.has(publicKey.keyId));
  if (missing.length === 0) return;
  const names = missing.map(({ publicKey }) => shortKeyId(publicKey.keyId)).join(", ");
  throw new LacreError(
    "BACKUP_INVALID",
    `${file} lacks ${names} of ${against} (serial ${list.serial}, the backup has ${store.serial})`,
    {
      hint: "make a new backup: lacre keys backup",
    },
  );
}
