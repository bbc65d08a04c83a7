/** Makes, renews and publishes the keys of a standalone controller, in the key file that is a key store. */
import * as fs from "node:fs";
import * as path from "node:path";
import {
  changeStore,
  decideKeys,
  type Engine,
  factsOf,
  fingerprintOf,
  formatKeyStore,
  isKeyStore,
  type KeyPolicy,
  type KeyStore,
  LacreError,
  listOf,
  type NewKeys,
  newStore,
  parseKeyStore,
  shortKeyId,
  signKeyList,
  wipeStore,
} from "../../src/index.ts";
import { isAlive } from "../lock.ts";
import { inFile, readKeyFile } from "./key-files.ts";

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

/** The store among some key files. `keep` may be called at any time, again and again. */
export class StoreKeeper {
  readonly #options: StoreKeeperOptions;
  #published: string | undefined;
  #stamp = "";

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
    this.#write(file, store, "wx");
    told("made a key store", { file, fingerprint: fingerprintOf(engine, engine.signingKeyOf(store.identity)) });
    wipeStore(store);
  }

  /** One round: rotation, then the list. Throws LacreError for what cannot be read or written; nothing is changed then. */
  keep(now: Date): void {
    const file = this.#storeFile();
    if (file === undefined) return;
    const { engine, newKeys, policy, told } = this.#options;
    const before = readKeyFile(file);
    const store = inFile(file, () => parseKeyStore(engine, before.text));
    try {
      const actions = decideKeys(factsOf(store), policy, now);
      if (actions.length === 0) {
        if (before.stamp !== this.#stamp) this.#publish(store);
        this.#stamp = before.stamp;
        return;
      }
      const unlock = takeFileLock(file);
      // Somebody at the command line is changing it: their change is looked at next time.
      if (unlock === undefined) return;
      try {
        if (readKeyFile(file).stamp !== before.stamp) return;
        const changed = changeStore(engine, store, actions, now, newKeys);
        this.#write(file, changed, "w");
        const keys = changed.keys.map(({ publicKey, state }) => `${shortKeyId(publicKey.keyId)} ${state}`).join(", ");
        told("changed the keys", { file, keys });
        this.#publish(changed);
        this.#stamp = readKeyFile(file).stamp;
        wipeStore(changed);
      } finally {
        unlock();
      }
    } finally {
      wipeStore(store);
    }
  }

  #storeFile(): string | undefined {
    const stores = this.#options.files.filter((file) => isKeyStore(readKeyFile(file).text));
    if (stores.length < 2) return stores[0];
    throw new LacreError("USAGE", `${stores.slice(0, 2).join(" and ")} are both key stores`, {
      hint: "a controller keeps one; the others can be bare keys: lacre keys generate --adopt takes them over",
    });
  }

  #publish(store: KeyStore): void {
    const { engine, listFile } = this.#options;
    const text = signKeyList(engine, listOf(store), store.identity);
    if (listFile !== undefined && text !== this.#published) writeWhole(listFile, text, "w", 0o644);
    this.#published = text;
  }

  #write(file: string, store: KeyStore, flag: "w" | "wx"): void {
    try {
      writeWhole(file, formatKeyStore(store), flag, 0o600);
    } catch (cause) {
      throw new LacreError("TARGET_FAILED", `the key store ${file} cannot be written`, {
        hint: "the controller renews keys in it: check its directory's owner and the free space",
        cause,
      });
    }
  }
}

/** Temporary file, fsync, rename: a reader sees the old file or the new one. wx: only where none is. */
function writeWhole(file: string, text: string, flag: "w" | "wx", mode: number): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  const descriptor = fs.openSync(temporary, "w", mode);
  try {
    fs.fchmodSync(descriptor, mode);
    fs.writeFileSync(descriptor, text);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  if (flag === "w") fs.renameSync(temporary, file);
  else {
    try {
      fs.linkSync(temporary, file);
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  }
}

/** A lock whose process is gone was left by a kill. An empty one is still being made. */
function removeStale(lock: string): void {
  try {
    const pid = Number(fs.readFileSync(lock, "utf8"));
    if (pid > 0 && pid !== process.pid && !isAlive(pid)) fs.rmSync(lock, { force: true });
  } catch {
    // There is none.
  }
}

/** The lock that the command line takes too; undefined while somebody has it. */
function takeFileLock(file: string): (() => void) | undefined {
  const lock = path.join(path.dirname(file), `.${path.basename(file)}.lacre-lock`);
  removeStale(lock);
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx", mode: 0o600 });
    return () => fs.rmSync(lock, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return undefined;
  }
}
