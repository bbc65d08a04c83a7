/**
 * The backup of the cluster's keys: locked for the recovery keys that the controller was started with, and put where it can
 * be taken from. Private keys never leave the controller; who takes the backup needs no right to read them.
 */
import { createHash } from "node:crypto";
import {
  asBackedUp,
  BACKUP_DATA,
  BACKUP_OF,
  BACKUP_SECRET,
  BACKUP_TAKEN,
  type Engine,
  fingerprintOf,
  formatKeyStore,
  type KeyId,
  type KeyStore,
} from "../../src/index.ts";
import type { KubeApi } from "../kube/api.ts";

const BACKUP_KEYS = "lacre.dev/backup-keys";

/** What a backup is made with. */
export type KeyBackupOptions = {
  /** Fenced. */
  readonly api: KubeApi;
  readonly engine: Engine;
  readonly namespace: string;
  /** Post-quantum age recipients, checked. */
  readonly recipients: readonly string[];
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
};

/** The backup that lies there: what it is of, and its keys where it was taken away by somebody. */
export type KeptBackup = { readonly of: string | undefined; readonly taken: ReadonlySet<KeyId> };

/** Keeps the Secret of the backup up to date. */
export class KeyBackup {
  readonly #options: KeyBackupOptions;
  #isTaken = false;

  constructor(options: KeyBackupOptions) {
    this.#options = options;
  }

  /** True when the newest backup was taken away by somebody. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** The backup as it lies there now. */
  async read(): Promise<KeptBackup> {
    const { api, namespace } = this.#options;
    const found = await api.getSecret(`${namespace}/${BACKUP_SECRET}`);
    const { [BACKUP_OF]: of, [BACKUP_TAKEN]: taken, [BACKUP_KEYS]: keys = "" } = found?.metadata.annotations ?? {};
    this.#isTaken = of !== undefined && of === taken;
    return { of, taken: new Set(this.#isTaken ? (keys.split(",") as KeyId[]) : []) };
  }

  /** Makes a backup where keys, states or recipients differ from those of the last. */
  async make(store: KeyStore, now: Date, before: KeptBackup): Promise<void> {
    const { api, namespace, recipients, told } = this.#options;
    if (store.keys.length === 0) return;
    const kept = asBackedUp(this.#options.engine, store, now);
    const of = this.#describe(kept);
    if (before.of === of) return;
    const { lockBackup } = await import("../../src/backup/backup.ts");
    const text = formatKeyStore(kept);
    const file = await lockBackup(text, { kind: "recipients", recipients });
    const keyIds = store.keys.map(({ publicKey }) => publicKey.keyId);
    await api.applySecret(
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: BACKUP_SECRET,
          namespace,
          annotations: { [BACKUP_OF]: of, [BACKUP_KEYS]: keyIds.join(",") },
        },
        type: "Opaque",
        data: { [BACKUP_DATA]: Buffer.from(file).toString("base64") },
      },
      true,
    );
    this.#isTaken = false;
    told("made a backup: take it away with lacre keys backup", { keys: String(keyIds.length) });
  }

  /** What a backup is of, public facts only. */
  #describe({ cluster, identity, keys }: KeyStore): string {
    const { engine, recipients } = this.#options;
    const facts = keys.map(({ publicKey, state, notAfter }) => `${publicKey.keyId} ${state} ${notAfter}`).sort();
    const text = [cluster, fingerprintOf(engine, engine.signingKeyOf(identity)), ...facts, ...recipients].join("\n");
    return createHash("sha256").update(text).digest("hex");
  }
}
