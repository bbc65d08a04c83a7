/** Makes, renews and publishes the keys of a standalone controller, in the key file that is a key store. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import {
  changeStore,
  decideKeys,
  factsOf,
  fingerprintOf,
  formatKeyStore,
  isKeyStore,
  type KeyFact,
  type KeyPolicy,
  type KeyStore,
  listOf,
  type NewKeys,
  newStore,
  parseKeyStore,
  signKeyList,
  wipeStore,
} from "../../src/keys/index.ts";
import { shortKeyId } from "../../src/model/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import { readKeyFile, refuseSharedKeyPlace } from "../../src/node/key-file.ts";
import type { Holder } from "../../src/node/lock-file.ts";
import { tryPidLock } from "../../src/node/pid-lock.ts";
import { writeNew, writeWhole } from "../../src/node/write.ts";
import { stampsOf } from "./key-files.ts";

/** How the store is kept. */
export type StoreKeeperOptions = {
  readonly engine: Engine;
  /** All key files: at most one of them is a store. */
  readonly files: readonly string[];
  /** The name of a store that is made when the first file is not there; undefined: none is made. */
  readonly cluster: string | undefined;
  readonly newKeys: NewKeys;
  readonly policy: KeyPolicy;
  /** Where the signed list goes, beside GET /v1/keys. */
  readonly listFile: string | undefined;
  readonly told: (message: string, details: Readonly<Record<string, string>>) => void;
};

type StoreText = { readonly file: string; readonly text: string; readonly stamp: string };

/** The store among some key files. `keep` may be called at any time, again and again. */
export class StoreKeeper {
  readonly #options: StoreKeeperOptions;
  #published: string | undefined;
  /** The lock that keys which are due wait for. */
  #awaited: string | undefined;
  /** The key files as they were looked at last, and what decisions need to know of the store, where one of them is one. */
  #seen: { readonly stamps: string; readonly facts: readonly KeyFact[] | undefined } | undefined;

  constructor(options: StoreKeeperOptions) {
    this.#options = options;
  }

  /** The signed list, once there is a store. */
  get published(): string | undefined {
    return this.#published;
  }

  /** Makes the store of a new cluster, if that is asked for and allowed. */
  create(now: Date): void {
    const { engine, files, cluster, policy, told } = this.#options;
    const [file = ""] = files;
    if (cluster === undefined || !policy.generateFirstKey || fs.existsSync(file)) return;
    const store = newStore(engine, cluster, now);
    this.#write(file, store, writeNew);
    told("made a key store", { file, fingerprint: fingerprintOf(engine, engine.signingKeyOf(store.identity)) });
    wipeStore(store);
  }

  /** One round: rotation, then the list. Throws LacreError for what cannot be read or written; nothing is changed then. */
  keep(now: Date): void {
    const { files, policy } = this.#options;
    const stamps = stampsOf(files);
    // Deriving keys from their seeds is the work of a change, not of every pass.
    const seen = this.#seen;
    const isSame = seen?.stamps === stamps;
    if (isSame && (seen.facts === undefined || decideKeys(seen.facts, policy, now).length === 0)) return;
    // Stamps from before the reading: what changes meanwhile, by us or by others, is read again.
    this.#seen = undefined;
    const found = this.#find();
    const facts = found && this.#keepStore(found, now);
    if (found === undefined || facts !== undefined) this.#seen = { stamps, facts };
  }

  /** What is known of the store afterwards; undefined when somebody else is changing it: that is looked at next time. */
  #keepStore({ file, text, stamp }: StoreText, now: Date): readonly KeyFact[] | undefined {
    const { engine, newKeys, policy, told } = this.#options;
    const store = inFile(file, () => parseKeyStore(engine, text));
    try {
      const actions = decideKeys(factsOf(store), policy, now);
      if (actions.length === 0) {
        this.#publish(store);
        return factsOf(store);
      }
      const taken = tryPidLock(file);
      this.#tellHolder(file, taken.ok ? undefined : taken.holder);
      if (!taken.ok) return undefined;
      try {
        if (readKeyFile(file, process.env).stamp !== stamp) return undefined;
        const changed = changeStore(engine, store, actions, now, newKeys);
        this.#write(file, changed, writeWhole);
        const keys = changed.keys.map(({ publicKey, state }) => `${shortKeyId(publicKey.keyId)} ${state}`).join(", ");
        told("changed the keys", { file, keys });
        this.#publish(changed);
        wipeStore(changed);
        return factsOf(changed);
      } finally {
        taken.release();
      }
    } finally {
      wipeStore(store);
    }
  }

  /** Keys that are due wait for whoever has the store: said once, so that a stuck one is found. */
  #tellHolder(file: string, holder: Holder | undefined): void {
    if (holder !== undefined && holder.id !== this.#awaited) {
      this.#options.told("waits for another lacre that writes the key store", {
        file,
        holder: `process ${holder.pid} on ${holder.host}`,
      });
    }
    this.#awaited = holder?.id;
  }

  #find(): StoreText | undefined {
    const read = this.#options.files.map((file) => ({ file, ...readKeyFile(file, process.env) }));
    const stores = read.filter(({ text }) => isKeyStore(text));
    if (stores.length < 2) return stores[0];
    const names = stores.slice(0, 2).map(({ file }) => file);
    throw new LacreError("USAGE", `${names.join(" and ")} are both key stores`, {
      hint: "a controller keeps one; the others can be bare keys: lacre keys generate --adopt takes them over",
    });
  }

  #publish(store: KeyStore): void {
    const { engine, listFile } = this.#options;
    const text = signKeyList(engine, listOf(store), store.identity);
    if (listFile !== undefined && text !== this.#published) writeWhole(listFile, text, 0o644);
    this.#published = text;
  }

  #write(file: string, store: KeyStore, write: typeof writeWhole): void {
    const absolute = path.resolve(file);
    try {
      if (fs.existsSync(path.dirname(absolute))) refuseSharedKeyPlace(absolute, file);
      write(absolute, formatKeyStore(this.#options.engine, store), 0o600);
    } catch (cause) {
      if (cause instanceof LacreError && cause.code === "KEY_FILE_UNSAFE") throw cause;
      throw new LacreError("TARGET_FAILED", `the key store ${file} cannot be written`, {
        hint: "the controller renews keys in it: check its directory's owner and the free space",
        cause,
      });
    }
  }
}
