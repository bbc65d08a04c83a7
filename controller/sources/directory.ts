/** A directory as a source, such as a checkout that something else keeps up to date. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { isManifestPath } from "../../src/format/index.ts";
import type { Files, Snapshot, SourceFile } from "./files.ts";
import { checkManifestSize, SourceSize } from "./sizes.ts";

const IGNORED = new Set([".git", "node_modules"]);
// A file changed this recently may change again within the clock's grain without showing it.
const SETTLING_MS = 2_000;

function* walk(root: string, below: string, size: SourceSize): Generator<string> {
  const entries = fs.readdirSync(path.join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const relative = below === "" ? entry.name : `${below}/${entry.name}`;
    size.addName();
    // Symbolic links are not followed: they could lead out of the source.
    if (entry.isDirectory() && !IGNORED.has(entry.name)) yield* walk(root, relative, size);
    else if (entry.isFile() && isManifestPath(entry.name)) yield relative;
    checkSize(size);
  }
}

function checkSize({ excess }: SourceSize): void {
  if (excess !== undefined)
    throw new LacreError("SOURCE_FAILED", `the source has ${excess}`, {
      hint: "name a smaller directory of it, or split it between several controllers",
    });
}

function toSourceFile(root: string, relative: string, nowMs: number): { file: SourceFile; bytes: number } {
  const absolute = path.join(root, relative);
  const { ino, size, mtimeNs, ctimeNs, ctimeMs } = fs.lstatSync(absolute, { bigint: true });
  const isSettled = nowMs - Number(ctimeMs) > SETTLING_MS;
  const file: SourceFile = {
    path: relative,
    stamp: isSettled ? `${ino}.${size}.${mtimeNs}.${ctimeNs}` : undefined,
    read: () => readManifest(relative, absolute),
  };
  return { file, bytes: Number(size) };
}

/** What may have been put there since it was looked at: a link is not followed, and a pipe is not waited for. */
const AS_IT_IS: number = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/** The bytes of a manifest, as many as it had when it was opened. INPUT_TOO_LARGE, or the errors of the system. */
async function readManifest(relative: string, absolute: string): Promise<Uint8Array> {
  const handle = await fs.promises.open(absolute, AS_IT_IS);
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new LacreError("INPUT_UNREADABLE", `${relative} is no regular file any more`, {
        hint: "it is read again in the next pass",
      });
    checkManifestSize(relative, stat.size);
    const buffer = new Uint8Array(stat.size);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

/** The manifests below a root with their stamps. SOURCE_FAILED where there is too much, or the errors of the system. */
function listManifests(root: string): readonly SourceFile[] {
  const nowMs = Date.now();
  const size = new SourceSize();
  return [...walk(root, "", size)].map((relative) => {
    const { file, bytes } = toSourceFile(root, relative, nowMs);
    size.addManifest(bytes);
    checkSize(size);
    return file;
  });
}

/** The manifests below a directory. Where it is a symbolic link, one pass sees one target of it only. */
export function directorySource(directory: string): Files {
  return {
    name: `directory:${directory}`,
    snapshot: () => {
      try {
        const root = fs.realpathSync(directory);
        return Promise.resolve({ revision: path.basename(root), files: listManifests(root) } satisfies Snapshot);
      } catch (cause) {
        if (cause instanceof LacreError) return Promise.reject(cause);
        const hint = "check the path; what was written before stays as it is";
        return Promise.reject(
          new LacreError("SOURCE_FAILED", `the source ${directory} cannot be read`, { hint, cause }),
        );
      }
    },
    close: () => undefined,
  };
}
