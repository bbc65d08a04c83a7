/** Files that a reader sees as they were or as they are, whole: temporary file, fsync, rename. */
import * as fs from "node:fs";

/** Writes a file with a mode. isNew: only where none is; the system's error otherwise. */
export function writeWhole(file: string, text: string, mode: number, isNew = false): void {
  const temporary = `${file}.tmp`;
  const descriptor = fs.openSync(temporary, "w", mode);
  try {
    fs.fchmodSync(descriptor, mode);
    fs.writeFileSync(descriptor, text);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  try {
    if (isNew) fs.linkSync(temporary, file);
    else fs.renameSync(temporary, file);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}
