/** The private keys of the standalone controller: files, checked like the command line's, read again when they change. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  type Engine,
  type HeldKey,
  isKeyStore,
  type KeyId,
  type Keyring,
  LacreError,
  parseKeyStore,
  parsePrivateKeys,
  refuseUnsafeKeyFile,
} from "../../src/index.ts";
import { openingOf } from "./held-keys.ts";

function isInWorkTree(directory: string): boolean {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, ".git"))) return true;
    if (at === path.dirname(at)) return false;
  }
}

function isCommittable(file: string): boolean {
  const directory = path.dirname(path.resolve(file));
  if (!isInWorkTree(directory)) return false;
  return spawnSync("git", ["check-ignore", "--quiet", "--", path.resolve(file)], { cwd: directory }).status !== 0;
}

function open(file: string): number {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (cause) {
    const isSymlink = (cause as NodeJS.ErrnoException).code === "ELOOP";
    if (isSymlink)
      refuseUnsafeKeyFile(file, { isSymlink, isRegular: false, isOwn: true, mode: 0, isCommittable: false });
    throw new LacreError("INPUT_UNREADABLE", `the key file ${file} cannot be read`, {
      hint: "check its path and owner",
      cause,
    });
  }
}

/** The text of a key file that nobody else can read, and what it looked like. INPUT_UNREADABLE or KEY_FILE_UNSAFE. */
export function readKeyFile(file: string): { readonly text: string; readonly stamp: string } {
  const descriptor = open(file);
  try {
    const stat = fs.fstatSync(descriptor);
    refuseUnsafeKeyFile(file, {
      isSymlink: false,
      isRegular: stat.isFile(),
      isOwn: stat.uid === process.getuid?.(),
      mode: stat.mode,
      isCommittable: isCommittable(file),
    });
    return { text: fs.readFileSync(descriptor, "utf8"), stamp: stampOf(stat) };
  } finally {
    fs.closeSync(descriptor);
  }
}

function stampOf(stat: fs.Stats): string {
  return `${stat.ino}.${stat.ctimeMs}.${stat.size}`;
}

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
  readonly #openCompromised: boolean;
  #loaded: (Opening & { readonly stamps: string }) | undefined;

  constructor(engine: Engine, files: readonly string[], openCompromised = false) {
    this.#engine = engine;
    this.#files = files;
    this.#openCompromised = openCompromised;
  }

  /** The keys, or the error of the first file that is not right. Keys that were held until now are wiped then. */
  current(): Opening {
    if (this.#loaded?.stamps === stampsOf(this.#files)) return this.#loaded;
    const read = this.#files.map((file) => ({ file, ...readKeyFile(file) }));
    const keys = read.flatMap(({ file, text }) => this.#parse(file, text));
    this.#loaded?.keyring.wipe();
    this.#loaded = { ...openingOf(keys, this.#openCompromised), stamps: read.map(({ stamp }) => stamp).join() };
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

/** Does something with the text of a file; its errors name the file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    throw new LacreError(error.code, `${file}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint });
  }
}
