/**
 * The backup of the cluster's keys: locked for the recovery keys that the controller was started with, and put where it can
 * be taken from. Private keys never leave the controller; who takes the backup needs no right to read them.
 */

import { createHash } from "node:crypto";
import type { Engine } from "../../src/crypto/index.ts";
import {
  asBackedUp,
  fingerprintOf,
  formatKeyStore,
  isBackupSigned,
  type KeyStore,
  signBackup,
} from "../../src/keys/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import {
  BACKUP_DATA,
  BACKUP_KEYS,
  BACKUP_NAME,
  BACKUP_OF,
  BACKUP_PROOF,
  BACKUP_TAKEN,
} from "../../src/model/kubernetes.ts";
import type { KubeApi } from "../kube/api.ts";

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

const NO_BACKUP: KeptBackup = { of: undefined, taken: new Set() };

/** Keeps the ConfigMap of the backup up to date. It holds ciphertext, and no label that could make it a key. */
export class KeyBackup {
  readonly #options: KeyBackupOptions;
  #isTaken = false;
  #isOldOneTold = false;

  constructor(options: KeyBackupOptions) {
    this.#options = options;
  }

  /** True when the newest backup was taken away by somebody. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** The backup as it lies there now. One that the identity (32 bytes) did not sign is none: it is made anew. */
  async read(identity: Uint8Array): Promise<KeptBackup> {
    const { engine } = this.#options;
    await this.#tellOldOne();
    const found = await this.#options.api.getConfigMap(this.#options.namespace, BACKUP_NAME);
    const { [BACKUP_OF]: of, [BACKUP_TAKEN]: taken, [BACKUP_KEYS]: keys = "" } = found?.metadata.annotations ?? {};
    const file = found?.data?.[BACKUP_DATA];
    const proof = found?.metadata.annotations?.[BACKUP_PROOF];
    const isWhole = of !== undefined && file !== undefined && proof !== undefined;
    const isOurs = isWhole && isBackupSigned(engine, `${of}\n${keys}`, file, identity, proof);
    this.#isTaken = isOurs && of === taken;
    return isOurs ? { of, taken: new Set(this.#isTaken ? (keys.split(",") as KeyId[]) : []) } : NO_BACKUP;
  }

  /** Makes a backup where keys, states or recipients differ from those of the last. */
  async make(store: KeyStore, now: Date, before: KeptBackup): Promise<void> {
    const { api, namespace, recipients, told } = this.#options;
    if (store.keys.length === 0) return;
    const kept = asBackedUp(this.#options.engine, store, now);
    const of = this.#describe(kept);
    if (before.of === of) return;
    const { lockBackup } = await import("../../src/backup/index.ts");
    const text = formatKeyStore(this.#options.engine, kept);
    const file = await lockBackup(text, { kind: "recipients", recipients });
    const keyIds = store.keys.map(({ publicKey }) => publicKey.keyId);
    const listed = keyIds.join(",");
    const proof = signBackup(this.#options.engine, `${of}\n${listed}`, file, store.identity);
    const annotations = { [BACKUP_OF]: of, [BACKUP_KEYS]: listed, [BACKUP_PROOF]: proof };
    await api.applyConfigMap({ name: BACKUP_NAME, namespace, annotations }, { [BACKUP_DATA]: file });
    this.#isTaken = false;
    told("made a backup: take it away with lacre keys backup", { keys: String(keyIds.length) });
  }

  /** Earlier versions kept the backup in a Secret, where it could be made to look like a key. */
  async #tellOldOne(): Promise<void> {
    if (this.#isOldOneTold) return;
    const { api, namespace, told } = this.#options;
    const old = await api.getSecret(`${namespace}/${BACKUP_NAME}`);
    this.#isOldOneTold = true;
    if (old !== undefined) told("an old backup is ignored: remove it", { secret: `${namespace}/${BACKUP_NAME}` });
  }

  /** What a backup is of, public facts only. */
  #describe({ cluster, identity, keys }: KeyStore): string {
    const { engine, recipients } = this.#options;
    const facts = keys.map(({ publicKey, state, notAfter }) => `${publicKey.keyId} ${state} ${notAfter}`).sort();
    const text = [cluster, fingerprintOf(engine, engine.signingKeyOf(identity)), ...facts, ...recipients].join("\n");
    return createHash("sha256").update(text).digest("hex");
  }
}
