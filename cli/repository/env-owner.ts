/** Finds out whose a .env file is, from what its repository says of it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { envFilesNamedIn, mayNameEnvFiles } from "../../src/format/index.ts";
import { type EnvDialect, MAX_MANIFEST_BYTES } from "../../src/model/index.ts";
import { nearestRepository } from "../git/git.ts";

/** Who reads it, and the file that says so. */
export type EnvOwner = { readonly dialect: EnvDialect; readonly by: string };

/**
 * The one reader that files beside it, or above it in its work tree, name for it; undefined where none does, or where two
 * differ. file is absolute.
 */
export function envOwnerOf(file: string): EnvOwner | undefined {
  const owners = directoriesOf(file).flatMap((directory) => ownersIn(directory, file));
  const [first] = owners;
  return owners.every(({ dialect }) => dialect === first?.dialect) ? first : undefined;
}

/** Its own, and those above it up to the root of its work tree. */
function directoriesOf(file: string): readonly string[] {
  const own = path.dirname(file);
  // What lies above a directory without a work tree is not of it.
  const root = nearestRepository(own) ?? own;
  const all = [own];
  for (let at = own; at !== root; all.push(at)) at = path.dirname(at);
  return all;
}

function ownersIn(directory: string, file: string): readonly EnvOwner[] {
  return namesIn(directory).flatMap((name) => {
    const by = path.join(directory, name);
    const named = envFilesNamedIn(name, textOf(by));
    const isNamed = named?.files.some((one) => path.resolve(directory, one) === file);
    return named !== undefined && isNamed ? [{ dialect: named.dialect, by }] : [];
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory).filter(mayNameEnvFiles).sort();
  } catch {
    return [];
  }
}

/** What cannot be read proves nothing. */
function textOf(file: string): string {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() && stat.size <= MAX_MANIFEST_BYTES ? fs.readFileSync(file, "utf8") : "";
  } catch {
    return "";
  }
}
