/** Files as a source: the sealed objects in a snapshot of them. Files whose stamp is known are not read again. */
import { LacreError } from "../../src/errors.ts";
import { decodeSource, hasMoreTokens, readStream } from "../../src/format/index.ts";
import { excessOf, objectName, type SealedSecret, type SyncPolicy } from "../../src/model/index.ts";
import type { Problem } from "../decide/problem.ts";
import { type Wanted, wantedOf } from "../decide/wanted.ts";
import type { Files, Snapshot, SourceFile } from "./files.ts";
import { MAX_MANIFEST_TOKENS } from "./sizes.ts";
import type { Desired, Reading, Source } from "./source.ts";

/** One sealed object in a file, as it is remembered. */
type IndexedObject = {
  readonly object: string;
  readonly digest: string;
  readonly policy: SyncPolicy;
};

/** A file of the source, read before: while its stamp stays, it need not be read again. */
export type IndexedFile = { readonly stamp: string; readonly objects: readonly IndexedObject[] };

/** One object that the source lists, and where it is. */
export type Listed = IndexedObject & { readonly file: string };

/** What the source lists. Objects of unreadable files are unknown, not gone. */
export type SourceIndex = {
  readonly revision: string;
  readonly objects: ReadonlyMap<string, Listed>;
  /** Objects that two files claim: neither is right. */
  readonly disputed: ReadonlySet<string>;
  /** Files that could not be read, with the stamp that they have now; "" where they have none. */
  readonly unreadable: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly files: ReadonlyMap<string, IndexedFile>;
};

/** How a file is turned into objects. */
export type IndexOptions = {
  /** For manifests that name none. */
  readonly namespace: string | undefined;
  readonly sha256: (message: Uint8Array) => Uint8Array;
};

/** The sealed objects of one file. Throws LacreError. */
export async function readSealedFile(file: SourceFile, options: IndexOptions): Promise<readonly Desired[]> {
  const bytes = await file.read();
  if (bytes.length === 0) return [];
  const found = [];
  const source = decodeSource(file.path, bytes);
  if (hasMoreTokens(source.text, MAX_MANIFEST_TOKENS)) {
    const message = `${file.path} has more than ${MAX_MANIFEST_TOKENS} items, fields and lines`;
    throw new LacreError("INPUT_TOO_LARGE", message, { hint: "split it into several files" });
  }
  for (const object of readStream(source)) {
    if (object.kind !== "sealed") continue;
    const sealed = withNamespace(object.sealed, options.namespace);
    checkLimits(sealed);
    found.push({ sealed, wanted: wantedOf(options.sha256, sealed, "") });
  }
  return found;
}

/** The API server refuses what is over the CRD's limits; here nobody did. */
function checkLimits(sealed: SealedSecret): void {
  const excess = excessOf(sealed);
  if (excess === undefined) return;
  throw new LacreError("MANIFEST_INVALID", `SealedSecret ${objectName(sealed)} has ${excess}, which is not taken`, {
    hint: "split it into several",
  });
}

function withNamespace(sealed: SealedSecret, namespace: string | undefined): SealedSecret {
  if (sealed.namespace !== "") return sealed;
  if (namespace !== undefined) return { ...sealed, namespace };
  throw new LacreError("NAMESPACE_MISSING", `SealedSecret ${sealed.name} names no namespace`, {
    hint: "name it in the manifest, or start the controller with --namespace",
  });
}

function indexedOf(wanted: Wanted): IndexedObject {
  return { object: objectName(wanted), digest: wanted.digest, policy: wanted.policy };
}

/** Indexes a snapshot. `known` are the files of the pass before. */
export async function indexSource(
  snapshot: Snapshot,
  known: ReadonlyMap<string, IndexedFile>,
  options: IndexOptions,
): Promise<SourceIndex> {
  const objects = new Map<string, Listed>();
  const disputed = new Set<string>();
  const unreadable = new Map<string, string>();
  const problems: Problem[] = [];
  const files = new Map<string, IndexedFile>();
  for (const file of snapshot.files) {
    const indexed = await indexFile(file, known.get(file.path), options);
    if (!indexed.ok) {
      unreadable.set(file.path, file.stamp ?? "");
      problems.push(indexed.problem);
      continue;
    }
    if (file.stamp !== undefined) files.set(file.path, { stamp: file.stamp, objects: indexed.objects });
    for (const one of indexed.objects) {
      const other = objects.get(one.object);
      if (other === undefined) objects.set(one.object, { ...one, file: file.path });
      else {
        disputed.add(one.object);
        problems.push({
          subject: one.object,
          reason: "Duplicate",
          message: `both ${other.file} and ${file.path} define it; neither is applied`,
        });
      }
    }
  }
  return { revision: snapshot.revision, objects, disputed, unreadable, problems, files };
}

async function indexFile(
  file: SourceFile,
  known: IndexedFile | undefined,
  options: IndexOptions,
): Promise<
  { readonly ok: true; readonly objects: readonly IndexedObject[] } | { readonly ok: false; readonly problem: Problem }
> {
  if (known !== undefined && file.stamp !== undefined && known.stamp === file.stamp)
    return { ok: true, objects: known.objects };
  try {
    const objects = await readSealedFile(file, options);
    return { ok: true, objects: objects.map(({ wanted }) => indexedOf(wanted)) };
  } catch (error) {
    const isOurs = error instanceof LacreError;
    const reason = isOurs && error.code === "NAMESPACE_MISSING" ? "NamespaceMissing" : "UnreadableFile";
    // Our own messages give positions and never quote; the system's are left out.
    const message = isOurs ? error.message : "the file cannot be read";
    return { ok: false, problem: { subject: file.path, reason, message: `${message}; the last good state stays` } };
  }
}

/** What a look at the files found. problem: why it is not the newest. */
export type Listing = { readonly index: SourceIndex; readonly problem: Snapshot["problem"] };

/** Files as a source. */
export class FileSource implements Source {
  readonly #files: Files;
  readonly #options: IndexOptions;
  #listed: { readonly snapshot: ReadonlyMap<string, SourceFile>; readonly index: SourceIndex } | undefined;
  /** Objects of one file are asked for in a row. */
  #read: { readonly file: string; readonly objects: ReadonlyMap<string, Desired> } | undefined;

  constructor(files: Files, options: IndexOptions) {
    this.#files = files;
    this.#options = options;
  }

  get name(): string {
    return this.#files.name;
  }

  /** Looks at the files anew. `known` are those of the look before. Throws SOURCE_FAILED or SIGNATURE_INVALID. */
  async list(known: ReadonlyMap<string, IndexedFile>): Promise<Listing> {
    const snapshot = await this.#files.snapshot();
    const index = await indexSource(snapshot, known, this.#options);
    this.#listed = { snapshot: new Map(snapshot.files.map((file) => [file.path, file])), index };
    this.#read = undefined;
    return { index, problem: snapshot.problem };
  }

  async read(object: string): Promise<Reading> {
    const listed = this.#listed?.index.objects.get(object);
    const file = listed && this.#listed?.snapshot.get(listed.file);
    if (listed === undefined || file === undefined) return { kind: "gone" };
    if (this.#read?.file !== listed.file) {
      const objects = await readSealedFile(file, this.#options);
      this.#read = { file: listed.file, objects: new Map(objects.map((one) => [objectName(one.wanted), one])) };
    }
    const found = this.#read.objects.get(object);
    return found?.wanted.digest === listed.digest ? { kind: "desired", ...found } : { kind: "gone" };
  }

  close(): void {
    this.#files.close();
  }
}
