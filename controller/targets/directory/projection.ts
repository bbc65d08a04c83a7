/**
 * Secrets below a directory, each laid out as Kubernetes projects a Secret into a volume:
 *
 *   NAMESPACE/NAME/..2026_11_23_21_00_00.8f2c61/KEY    one generation, files of the mode asked for
 *   NAMESPACE/NAME/..data -> ..2026_11_23_21_00_00.8f2c61
 *   NAMESPACE/NAME/KEY -> ..data/KEY
 *
 * One rename of ..data switches all values of a Secret at once.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../../src/errors.ts";
import { type PlainSecret, parseKey, parseName, parseNamespace } from "../../../src/model/index.ts";
import { refuseSharedDirectory } from "../../../src/node/shared-directory.ts";
import type { Values } from "../target.ts";
import { MARKER, type Occupant } from "./consent.ts";

const DATA = "..data";
const DATA_TEMPORARY = "..data_tmp";
/** What writing leaves behind when it is interrupted, and what it replaces. Others may have files that begin with two dots too. */
const REST = /^\.\.(?:\d{4}(?:_\d\d){5}\.[0-9a-f]+|data_tmp|link_.*)$/s;

/** Who may read a file may also enter the directories that lead to it. */
function directoryModeOf(fileMode: number): number {
  return 0o700 | ((fileMode & 0o040) === 0 ? 0 : 0o050) | ((fileMode & 0o004) === 0 ? 0 : 0o005);
}

function lstat(file: string): fs.BigIntStats | undefined {
  return fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
}

function identity(file: string): string {
  const stat = lstat(file);
  return stat === undefined ? "-" : `${stat.ino.toString(36)}.${stat.ctimeNs.toString(36)}.${stat.mode.toString(36)}`;
}

function readLink(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** The Secrets below one directory. Throws the errors of the system, or TARGET_FAILED. */
export class Projection {
  /** An absolute path without links. */
  readonly root: string;
  readonly #fileMode: number;
  readonly #directoryMode: number;

  constructor(root: string, fileMode: number) {
    this.root = root;
    this.#fileMode = fileMode;
    this.#directoryMode = directoryModeOf(fileMode);
  }

  /** Another text whenever anything about the object changed; undefined where nothing is. No value is read. */
  stamp(object: string): string | undefined {
    const directory = this.#directoryOf(object);
    const stat = lstat(directory);
    if (stat === undefined) return undefined;
    const generation = readLink(path.join(directory, DATA));
    if (generation === undefined || !stat.isDirectory()) return `foreign ${identity(directory)}`;
    const data = path.join(directory, generation);
    // Adding, removing and renaming shows in the directories, changing in the files themselves.
    const files = this.#names(data).map((name) => identity(path.join(data, name)));
    return [identity(directory), identity(data), ...files].join(" ");
  }

  /** The values that are there, which the caller wipes; undefined where nothing is. */
  read(object: string): { readonly values: Values; readonly isIntact: boolean } | undefined {
    const directory = this.#directoryOf(object);
    if (lstat(directory) === undefined) return undefined;
    const generation = readLink(path.join(directory, DATA));
    if (generation === undefined) return { values: new Map(), isIntact: false };
    const data = path.join(directory, generation);
    const values = new Map<string, Uint8Array>();
    let isIntact = (lstat(directory)?.mode ?? 0n) % 0o1000n === BigInt(this.#directoryMode);
    for (const name of this.#names(data)) {
      const file = path.join(data, name);
      const stat = lstat(file);
      if (stat?.isFile() !== true) return { values, isIntact: false };
      values.set(name, fs.readFileSync(file));
      isIntact &&=
        stat.mode % 0o1000n === BigInt(this.#fileMode) && readLink(path.join(directory, name)) === `${DATA}/${name}`;
    }
    isIntact &&= this.#links(directory).every((name) => values.has(name));
    return { values, isIntact };
  }

  /** What lies in its place, whoever put it there; undefined where nothing does. */
  occupant(object: string): Occupant | undefined {
    const directory = this.#directoryOf(object);
    const stat = lstat(directory);
    if (stat === undefined) return undefined;
    const generation = stat.isDirectory() ? readLink(path.join(directory, DATA)) : undefined;
    const values = new Set(generation === undefined ? [] : this.#names(path.join(directory, generation)));
    return {
      isProjected: generation !== undefined,
      hasMarker: stat.isDirectory() && lstat(path.join(directory, MARKER))?.isFile() === true,
      others: new Set(this.#names(directory).filter((name) => !values.has(name))),
    };
  }

  /** Makes the object equal to the Secret. */
  write(object: string, secret: PlainSecret): void {
    const directory = this.#directoryOf(object);
    this.#makeDirectories(directory);
    const generation = generationName();
    const data = path.join(directory, generation);
    try {
      fs.mkdirSync(data, { mode: 0o700 });
      for (const [key, value] of secret.values) this.#writeValue(path.join(data, parseKey(key)), value);
      fs.chmodSync(data, this.#directoryMode);
    } catch (error) {
      fs.rmSync(data, { recursive: true, force: true });
      throw error;
    }
    relink(path.join(directory, DATA_TEMPORARY), generation, path.join(directory, DATA));
    this.#linkKeys(directory, [...secret.values.keys()]);
    this.#dropOtherGenerations(directory, generation);
  }

  /** Removes what write made. Files that others put there stay. */
  remove(object: string): void {
    const directory = this.#directoryOf(object);
    if (lstat(directory)?.isDirectory() !== true) return;
    for (const name of this.#links(directory)) fs.rmSync(path.join(directory, name), { force: true });
    fs.rmSync(path.join(directory, DATA), { force: true });
    this.#dropOtherGenerations(directory, undefined);
    // Directories with files of somebody else stay, and so does the root.
    for (const one of [directory, path.dirname(directory)]) {
      try {
        fs.rmdirSync(one);
      } catch {
        return;
      }
    }
  }

  #directoryOf(object: string): string {
    const [namespace = "", name = ""] = object.split("/");
    return path.join(this.root, parseNamespace(namespace), parseName(name));
  }

  /** A symbolic link in the place of a directory would lead our writes elsewhere. */
  #makeDirectories(directory: string): void {
    for (const one of [path.dirname(directory), directory]) {
      const stat = lstat(one);
      if (stat === undefined) fs.mkdirSync(one, { mode: this.#directoryMode });
      else if (!stat.isDirectory()) {
        throw new LacreError("TARGET_FAILED", `${path.relative(this.root, one)} in the target is not a directory`, {
          hint: "move it away: directories of the target are lacre's",
        });
      }
      refuseSharedDirectory(path.dirname(one), "TARGET_FAILED");
      // The umask may have taken bits, and an earlier version made no directory for others to enter.
      fs.chmodSync(one, this.#directoryMode);
    }
    refuseSharedDirectory(directory, "TARGET_FAILED");
  }

  #writeValue(file: string, value: Uint8Array): void {
    const descriptor = fs.openSync(file, "wx", 0o600);
    try {
      fs.writeFileSync(descriptor, value);
      fs.fchmodSync(descriptor, this.#fileMode);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  #linkKeys(directory: string, keys: readonly string[]): void {
    const wanted = new Set(keys);
    for (const name of this.#links(directory)) {
      if (!wanted.has(name)) fs.rmSync(path.join(directory, name), { force: true });
    }
    for (const key of keys) {
      const link = path.join(directory, key);
      if (readLink(link) === `${DATA}/${key}`) continue;
      relink(path.join(directory, `..link_${key}`.slice(0, 255)), `${DATA}/${key}`, link);
    }
  }

  #dropOtherGenerations(directory: string, current: string | undefined): void {
    for (const name of this.#names(directory)) {
      if (REST.test(name) && name !== current) {
        fs.rmSync(path.join(directory, name), { recursive: true, force: true });
      }
    }
  }

  /** The names in a directory; none where it cannot be listed. */
  #names(directory: string): readonly string[] {
    try {
      return fs.readdirSync(directory).sort();
    } catch {
      return [];
    }
  }

  /** The visible links that write made. */
  #links(directory: string): readonly string[] {
    return this.#names(directory).filter((name) => readLink(path.join(directory, name))?.startsWith(`${DATA}/`));
  }
}

/** Puts a link in place by one rename, over whatever file is there. */
function relink(temporary: string, destination: string, link: string): void {
  fs.rmSync(temporary, { force: true });
  fs.symlinkSync(destination, temporary);
  try {
    fs.renameSync(temporary, link);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function generationName(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-T:]/g, "_");
  return `..${time}.${randomBytes(4).toString("hex")}`;
}

/** The Secrets below a directory, which is made when it is not there. TARGET_FAILED. */
export function openProjection(root: string, fileMode: number): Projection {
  try {
    fs.mkdirSync(root, { recursive: true, mode: directoryModeOf(fileMode) });
    const real = fs.realpathSync(root);
    refuseSharedDirectory(real, "TARGET_FAILED");
    return new Projection(real, fileMode);
  } catch (cause) {
    if (cause instanceof LacreError) throw cause;
    throw new LacreError("TARGET_FAILED", `the target ${root} cannot be made`, {
      hint: "check the path and who may write there",
      cause,
    });
  }
}
