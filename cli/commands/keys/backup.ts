/** `lacre keys backup`: so that a lost cluster can be had back. */
import * as fs from "node:fs";
import { LacreError } from "../../../src/errors.ts";
import { asBackedUp, formatKeyStore } from "../../../src/keys/index.ts";
import type { KeyId } from "../../../src/model/index.ts";
import { BACKUP_DATA, BACKUP_NAME, BACKUP_OF, BACKUP_TAKEN } from "../../../src/model/kubernetes.ts";
import { openCluster } from "../../cluster/cluster.ts";
import type { CommandContext } from "../../context.ts";
import { counted } from "../../counted.ts";
import { resolvePath, STDIN } from "../../files/files.ts";
import { chooseLock, type LockOptions, loadBackupModule } from "../../keys/backup-keys.ts";
import type { KeyPlace } from "../../keys/key-place.ts";
import { changeStoreFile, withStore } from "../../keys/key-store.ts";
import { writeNewFile, writePrivateFile } from "../../keys/private-keys.ts";

/** Options of `lacre keys backup`. */
export type BackupOptions = KeyPlace & LockOptions & { readonly output: string };
/** Writes a backup to a new file. Of a cluster: the one that its controller has made and locked. */
export async function backupKeys(context: CommandContext, options: BackupOptions): Promise<void> {
  refuseExisting(context, options.output);
  if (options.keyFile === undefined) return takeFromCluster(context, options);
  const lock = await chooseLock(context, options);
  const { lockBackup } = await loadBackupModule();
  const keyFile = options.keyFile;
  const now = new Date(context.nowMs());
  const { file, keyIds } = await withStore(context, keyFile, async (store, engine) => ({
    file: await lockBackup(formatKeyStore(engine, asBackedUp(engine, store, now)), lock),
    keyIds: store.keys.map(({ publicKey }) => publicKey.keyId),
  }));
  if (options.output === STDIN) return context.print(file);
  // What a passphrase locks can be guessed at; what is locked for a recovery key may lie in Git as well.
  if (lock.kind === "passphrase") writePrivateFile(context, options.output, file);
  else writeNewFile(context, options.output, file);
  context.say(
    `${options.output}: ${counted(keyIds.length, "key")}. Prove it: lacre keys backup verify ${options.output}`,
  );
  await usePending(context, keyFile, new Set(keyIds));
}

/** A backup is written once: an older one may hold a key that the newer does not. */
function refuseExisting(context: CommandContext, file: string): void {
  if (file === STDIN || !fs.existsSync(resolvePath(context, file))) return;
  throw new LacreError("OUTPUT_EXISTS", `${file} exists already`, {
    hint: "give each backup a name of its own, such as prod-2026-11-24.age",
  });
}

/** The keys that waited for this backup are used from now on. */
async function usePending(context: CommandContext, keyFile: string, backedUp: ReadonlySet<KeyId>): Promise<void> {
  const now = new Date(context.nowMs());
  let isChanged = false;
  const store = await changeStoreFile(context, keyFile, (before, engine) => {
    const isKept = before.keys.every(({ state, publicKey }) => state !== "pending" || backedUp.has(publicKey.keyId));
    const after = isKept ? asBackedUp(engine, before, now) : before;
    isChanged = after !== before;
    return after;
  });
  if (isChanged) {
    context.say(
      `the key that waited for it is active: lacre keys publish --key-file ${keyFile} -o keys/${store.cluster}.keys`,
    );
  }
}

async function takeFromCluster(context: CommandContext, options: BackupOptions): Promise<void> {
  const { keyNamespace: namespace } = options;
  if (options.recipient !== undefined || options.passphrase === true || options.passphraseFile !== undefined) {
    throw new LacreError("USAGE", "a cluster's backup is locked by its controller, before it leaves", {
      hint: "name the recovery key there: lacre-controller --backup-recipient age1pq1...; for a key file: --key-file FILE",
    });
  }
  const cluster = await openCluster(context, options);
  const kept = await cluster.configMap(namespace, BACKUP_NAME);
  const file = kept?.data[BACKUP_DATA];
  const of = kept?.annotations[BACKUP_OF];
  if (file === undefined || of === undefined) {
    throw new LacreError("CLUSTER_FAILED", `${cluster.context} has no backup in ${namespace}/${BACKUP_NAME}`, {
      hint: "start its controller with --backup-recipient age1pq1...: lacre keys recovery-key makes one",
    });
  }
  // What is no backup must not count as one that was taken.
  const { lockOf } = await loadBackupModule();
  lockOf(new TextEncoder().encode(file));
  if (options.output === STDIN) return context.print(file);
  writeNewFile(context, options.output, file);
  // Only now: what the controller is told was taken lies on this disk.
  await cluster.annotateConfigMap(namespace, BACKUP_NAME, { [BACKUP_TAKEN]: of });
  context.say(
    `${options.output}: the keys of ${cluster.context}, locked by its controller. Prove it: lacre keys backup verify ${options.output}`,
  );
}
