/** A directory as a source, such as a checkout that something else keeps up to date. */
import * as fs from "node:fs";
import * as path from "node:path";
import { isManifestPath, LacreError } from "../../src/index.ts";
import type { Snapshot, Source, SourceFile } from "./source.ts";

const IGNORED = new Set([".git", "node_modules"]);
// A file changed this recently may change again within the clock's grain without showing it.
const SETTLING_MS = 2_000;

function* walk(root: string, below: string): Generator<string> {
  const entries = fs.readdirSync(path.join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const relative = below === "" ? entry.name : `${below}/${entry.name}`;
    // Symbolic links are not followed: they could lead out of the source.
    if (entry.isDirectory() && !IGNORED.has(entry.name)) yield* walk(root, relative);
    else if (entry.isFile() && isManifestPath(entry.name)) yield relative;
  }
}

function toSourceFile(root: string, relative: string, nowMs: number): SourceFile {
  const absolute = path.join(root, relative);
  const { ino, size, mtimeNs, ctimeNs, ctimeMs } = fs.lstatSync(absolute, { bigint: true });
  const isSettled = nowMs - Number(ctimeMs) > SETTLING_MS;
  return {
    path: relative,
    stamp: isSettled ? `${ino}.${size}.${mtimeNs}.${ctimeNs}` : undefined,
    read: () => fs.promises.readFile(absolute),
  };
}

/** The manifests below a directory. Where it is a symbolic link, one pass sees one target of it only. */
export function directorySource(directory: string): Source {
  return {
    name: `directory:${directory}`,
    snapshot: () => {
      try {
        const root = fs.realpathSync(directory);
        const nowMs = Date.now();
        const files = [...walk(root, "")].map((relative) => toSourceFile(root, relative, nowMs));
        return Promise.resolve({ revision: path.basename(root), files } satisfies Snapshot);
      } catch (cause) {
        const hint = "check the path; what was written before stays as it is";
        return Promise.reject(
          new LacreError("SOURCE_FAILED", `the source ${directory} cannot be read`, { hint, cause }),
        );
      }
    },
    close: () => undefined,
  };
}
