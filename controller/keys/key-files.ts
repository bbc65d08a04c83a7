/** The private keys of the standalone controller: files, checked like the command line's, read again when they change. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Engine, Keyring, LacreError, parsePrivateKeys, refuseUnsafeKeyFile } from "../../src/index.ts";

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

function read(file: string): { readonly text: string; readonly stamp: string } {
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

/** The keys of some files. `current` reads them again only when one of them changed. */
export class KeyFiles {
  readonly #engine: Engine;
  readonly #files: readonly string[];
  #loaded: { readonly keyring: Keyring; readonly stamps: readonly string[] } | undefined;

  constructor(engine: Engine, files: readonly string[]) {
    this.#engine = engine;
    this.#files = files;
  }

  /** The keyring, or the error of the first file that is not right. Keys that were held until now are wiped then. */
  current(): Keyring {
    const now = this.#files
      .map((file) => fs.lstatSync(file, { throwIfNoEntry: false }))
      .map((stat) => (stat ? stampOf(stat) : ""));
    if (this.#loaded !== undefined && now.join() === this.#loaded.stamps.join()) return this.#loaded.keyring;
    const read_ = this.#files.map((file) => ({ file, ...read(file) }));
    const keys = read_.flatMap(({ file, text }) => this.#parse(file, text));
    this.#loaded?.keyring.wipe();
    this.#loaded = { keyring: new Keyring(keys), stamps: read_.map(({ stamp }) => stamp) };
    return this.#loaded.keyring;
  }

  #parse(file: string, text: string) {
    try {
      return parsePrivateKeys(this.#engine, text);
    } catch (error) {
      if (!(error instanceof LacreError)) throw error;
      throw new LacreError(
        error.code,
        `${file}: ${error.message}`,
        error.hint === undefined ? {} : { hint: error.hint },
      );
    }
  }
}
