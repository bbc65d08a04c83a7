/** A snapshot as the sealed objects in it. Files whose stamp is known are not read again. */
import { LacreError } from "../../src/errors.ts";
import { decodeSource, hasMoreTokens, readStream } from "../../src/format/index.ts";
import { digestOf, excessOf, objectName, type SealedSecret, type SyncPolicy } from "../../src/model/index.ts";
import type { Problem } from "../decide/problem.ts";
import { MAX_MANIFEST_TOKENS } from "./sizes.ts";
import type { Snapshot, SourceFile } from "./source.ts";

/** One sealed object in a file of the source. */
type IndexedObject = {
  readonly object: string;
  readonly digest: string;
  readonly policy: SyncPolicy;
};

/** A file of the source, read before: while its stamp stays, it need not be read again. */
export type IndexedFile = { readonly stamp: string; readonly objects: readonly IndexedObject[] };

/** Where an object comes from. */
export type Desired = IndexedObject & { readonly file: string };

/** What the source wants. Objects of unreadable files are unknown, not gone. */
export type SourceIndex = {
  readonly revision: string;
  readonly objects: ReadonlyMap<string, Desired>;
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

/** A sealed object as it was read, and what the index keeps of it. */
export type SealedObject = { readonly sealed: SealedSecret; readonly indexed: IndexedObject };

/** The sealed objects of one file, each with its digest. Throws LacreError. */
export async function readSealedFile(file: SourceFile, options: IndexOptions): Promise<readonly SealedObject[]> {
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
    const indexed = {
      object: objectName(sealed),
      digest: digestOf(options.sha256, sealed),
      policy: sealed.policy,
    };
    found.push({ sealed, indexed });
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

/** Indexes a snapshot. `known` are the files of the pass before. */
export async function indexSource(
  snapshot: Snapshot,
  known: ReadonlyMap<string, IndexedFile>,
  options: IndexOptions,
): Promise<SourceIndex> {
  const objects = new Map<string, Desired>();
  const disputed = new Set<string>();
  const unreadable = new Map<string, string>();
  const problems: Problem[] = [];
  const files = new Map<string, IndexedFile>();
  for (const file of snapshot.files) {
    const indexed = await indexFile(file, known.get(file.path), options);
    if ("problem" in indexed) {
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
): Promise<{ readonly objects: readonly IndexedObject[] } | { readonly problem: Problem }> {
  if (known !== undefined && file.stamp !== undefined && known.stamp === file.stamp) return known;
  try {
    return { objects: (await readSealedFile(file, options)).map(({ indexed }) => indexed) };
  } catch (error) {
    const isOurs = error instanceof LacreError;
    const reason = isOurs && error.code === "NAMESPACE_MISSING" ? "NamespaceMissing" : "UnreadableFile";
    // Our own messages give positions and never quote; the system's are left out.
    const message = isOurs ? error.message : "the file cannot be read";
    return { problem: { subject: file.path, reason, message: `${message}; the last good state stays` } };
  }
}
