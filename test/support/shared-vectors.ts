/** Vectors that lie beside the repository and not in it: their licences are their own. */
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.join(import.meta.dirname, "../../../shared/vectors");

/** A file of shared vectors, or undefined where they are not there, which is said in one line. */
export function sharedVectors<T>(file: string): T | undefined {
  const absolute = path.join(ROOT, file);
  if (fs.existsSync(absolute)) return JSON.parse(fs.readFileSync(absolute, "utf8")) as T;
  console.warn(`not run: the vectors ${file} do not lie beside this repository`);
  return undefined;
}

/** Bytes from hexadecimal. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
