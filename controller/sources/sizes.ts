/** How much of a source is read at all. Sizes are asked before anything is read: one who may push must not end the controller. */
import { LacreError } from "../../src/errors.ts";
import { MAX_INPUT_BYTES, MAX_MANIFEST_BYTES } from "../../src/model/index.ts";

/** Most manifests of one source. */
export const MAX_MANIFESTS = 100_000;

/** Most names that are looked at for manifests: a small Git tree can name more files than a disk could hold. */
export const MAX_NAMES = 1_000_000;

/** Most tokens of YAML or JSON in one manifest: five for each of 100,000 lines. They are held as a tree of half a gigabyte at worst. */
export const MAX_MANIFEST_TOKENS = 500_000;

/** The sum of what would be read. Over a limit the source is refused whole: what is in the rest of it cannot be told. */
export class SourceSize {
  #manifests = 0;
  #names = 0;
  #bytes = 0;

  /** Counts a name that is no manifest, or the directory of one. */
  addName(): void {
    this.#names++;
  }

  /** Counts a manifest of so many bytes. One over the limit for one file is not read, and does not count. */
  addManifest(bytes: number): void {
    this.#names++;
    this.#manifests++;
    if (bytes <= MAX_MANIFEST_BYTES) this.#bytes += bytes;
  }

  /** What is too much, in words; undefined while all is well. */
  get excess(): string | undefined {
    if (this.#names > MAX_NAMES) return `more than ${MAX_NAMES} files`;
    if (this.#manifests > MAX_MANIFESTS) return `more than ${MAX_MANIFESTS} manifests`;
    if (this.#bytes > MAX_INPUT_BYTES) return "manifests of more than 256 MiB together";
    return undefined;
  }
}

/** INPUT_TOO_LARGE for a manifest over the limit of one file. */
export function checkManifestSize(path: string, bytes: number): void {
  if (bytes <= MAX_MANIFEST_BYTES) return;
  throw new LacreError("INPUT_TOO_LARGE", `${path} has ${bytes} bytes, and a manifest may have ${MAX_MANIFEST_BYTES}`, {
    hint: "split it into several files",
  });
}
