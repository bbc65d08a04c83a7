/** Where a path leads, also when what it names is not there yet. */
import * as fs from "node:fs";
import * as path from "node:path";

/** The absolute path without links. A file that is not there lies where its directory leads to. */
export function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const directory = path.dirname(file);
    return directory === file ? file : path.join(realPath(directory), path.basename(file));
  }
}
