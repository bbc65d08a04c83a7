/** What the user named, as single files: a directory stands for every manifest in it. */
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { isManifestPath } from "../../src/format/index.ts";
import type { CommandContext } from "../context.ts";
import { isDirectory, resolvePath, STDIN } from "./files.ts";

/** A file to work on. relative is its place below the directory that was named, for writing a tree elsewhere. */
export type InputFile = { readonly shown: string; readonly relative: string; readonly isNamed: boolean };

const IGNORED = ["**/node_modules/**", "**/.git/**"];

async function manifestsIn(context: CommandContext, directory: string): Promise<readonly InputFile[]> {
  const { default: glob } = await import("fast-glob");
  const found = await glob("**/*", {
    cwd: resolvePath(context, directory),
    dot: true,
    ignore: IGNORED,
    followSymbolicLinks: false,
  });
  return found
    .filter(isManifestPath)
    .sort()
    .map((relative) => ({ shown: path.join(directory, relative), relative, isNamed: false }));
}

/** The files, in the order named; those of a directory sorted. USAGE when standard input is a terminal nobody types on. */
export async function expandInputs(context: CommandContext, named: readonly string[]): Promise<readonly InputFile[]> {
  if (named.length === 0 || (named.length === 1 && named[0] === STDIN)) {
    if (named.length === 0 && context.terminal.stdin) {
      throw new LacreError("USAGE", "no file was named, and nothing is piped in", {
        hint: "name a file, or - to type it",
      });
    }
    return [{ shown: STDIN, relative: STDIN, isNamed: true }];
  }
  const files: InputFile[] = [];
  for (const one of named) {
    if (one !== STDIN && isDirectory(context, one)) files.push(...(await manifestsIn(context, one)));
    else files.push({ shown: one, relative: path.basename(one), isNamed: true });
  }
  return files;
}
