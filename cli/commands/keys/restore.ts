/** `lacre keys restore`: the keys of a backup, where a controller finds them. */
import { LacreError } from "../../../src/errors.ts";
import { fingerprintOf, formatKeyStore, nextSerial } from "../../../src/keys/index.ts";
import { shortKeyId } from "../../../src/model/index.ts";
import { restoreIntoCluster } from "../../cluster/restored-cluster.ts";
import type { CommandContext } from "../../context.ts";
import { type UnlockOptions, withBackup } from "../../keys/backup-keys.ts";
import type { KeyPlace } from "../../keys/key-place.ts";
import { refuseCommittable, writePrivateFile } from "../../keys/private-keys.ts";

/** Options of `lacre keys restore`. */
export type RestoreOptions = KeyPlace & UnlockOptions;

/** Puts the keys of a backup where a controller finds them: into a new key file, or into a cluster that has none. */
export async function restoreKeys(context: CommandContext, file: string, options: RestoreOptions): Promise<void> {
  const { keyFile } = options;
  if ((keyFile === undefined) === (options.context === undefined && options.kubeconfig === undefined)) {
    throw new LacreError("USAGE", "say where the keys are restored to", {
      hint: "a new key file: --key-file FILE; or a cluster, by name: --context NAME",
    });
  }
  if (keyFile !== undefined) refuseCommittable(context, keyFile);
  await withBackup(context, file, options, async (store, engine) => {
    // Lists that were signed after the backup had higher serials; the time is above them all.
    const restored = { ...store, serial: nextSerial(new Date(context.nowMs()), store.serial) };
    if (keyFile === undefined) await restoreIntoCluster(context, engine, restored, options);
    else writePrivateFile(context, keyFile, formatKeyStore(engine, restored));
    const keys = store.keys.map(({ publicKey, state }) => `${shortKeyId(publicKey.keyId)} ${state}`).join(", ");
    const where = keyFile ?? options.context ?? "the cluster";
    context.say(`restored ${store.cluster} to ${where}: ${keys}; every key id was derived again`);
    context.say(
      `its identity is ${fingerprintOf(engine, engine.signingKeyOf(store.identity))}: nobody needs to pin anew`,
    );
  });
}
