/** The private keys of the standalone controller: files, checked like the command line's, read again when they change. */
import * as fs from "node:fs";
import type { Engine, Keyring } from "../../src/crypto/index.ts";
import { type HeldKey, isKeyStore, parseKeyStore, parsePrivateKeys } from "../../src/keys/index.ts";
import type { KeyId } from "../../src/model/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import { readKeyFile, stampOf } from "../../src/node/key-file.ts";
import { type OpeningPolicy, openingOf } from "./held-keys.ts";

/** What some files looked like, all together: it differs whenever one of them may have changed. */
export function stampsOf(files: readonly string[]): string {
  return files
    .map((file) => fs.lstatSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat ? stampOf(stat) : ""))
    .join();
}

/** Keys that open, and ids of those that are known and open nothing any more. */
export type Opening = { readonly keyring: Keyring; readonly retired: ReadonlySet<KeyId> };

/** The keys of some files. `current` reads them again only when one of them changed. */
export class KeyFiles {
  readonly #engine: Engine;
  readonly #files: readonly string[];
  readonly #policy: OpeningPolicy;
  #loaded: (Opening & { readonly stamps: string }) | undefined;
  /** Ids of all private keys that were read, whatever their states. */
  readonly #met = new Set<KeyId>();
  #gone: readonly KeyId[] = [];

  constructor(engine: Engine, files: readonly string[], policy: OpeningPolicy) {
    this.#engine = engine;
    this.#files = files;
    this.#policy = policy;
  }

  /** Private keys that were read and are in the files no more: destroyed, or taken away. Traces of them are in memory still. */
  get gone(): readonly KeyId[] {
    return this.#gone;
  }

  /** The keys, or the error of the first file that is not right. Keys that were held until now are wiped then. */
  current(): Opening {
    if (this.#loaded?.stamps === stampsOf(this.#files)) return this.#loaded;
    const read = this.#files.map((file) => ({ file, ...readKeyFile(file, process.env) }));
    const keys = read.flatMap(({ file, text }) => this.#parse(file, text));
    const held = new Set(keys.flatMap(({ privateKey }) => privateKey?.publicKey.keyId ?? []));
    for (const keyId of held) this.#met.add(keyId);
    this.#gone = [...this.#met].filter((keyId) => !held.has(keyId));
    this.#loaded?.keyring.wipe();
    this.#loaded = { ...openingOf(keys, this.#policy), stamps: read.map(({ stamp }) => stamp).join() };
    return this.#loaded;
  }

  #parse(file: string, text: string): readonly HeldKey[] {
    return inFile(file, () => {
      if (isKeyStore(text)) return parseKeyStore(this.#engine, text).keys;
      return parsePrivateKeys(this.#engine, text).map((privateKey) => ({
        publicKey: privateKey.publicKey,
        privateKey,
        state: "active",
        ...ALWAYS,
      }));
    });
  }
}

/** A bare key has no times. */
const ALWAYS = { notBefore: "1970-01-01T00:00:00Z", notAfter: "9999-12-31T23:59:59Z" };
