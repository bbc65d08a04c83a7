/**
 * How this program is started again: as the command line, as the controller, as a thread of verify. It goes by where its own
 * code lies, or by being one executable; never by argv[1], the PATH or the work tree, which others choose. docs/adr/0066.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import * as sea from "node:sea";

/** What can be started by itself. */
export type Part = "cli" | "controller";

/** A program by its absolute path, and the arguments that come before those of the part. */
export type Start = { readonly command: string; readonly args: readonly string[] };

/** The code of a thread: in a file, or as text where the program is one executable. */
export type ThreadCode =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "text"; readonly text: string };

type Files = Readonly<Record<Part | "verifyThread", string>>;

/** Where the parts lie below the folder that holds them all: as the build puts them, and as sources. */
const BUILT: Files = { cli: "cli/main.cjs", controller: "controller/main.js", verifyThread: "cli/verify-worker.cjs" };
const SOURCES: Files = {
  cli: "cli/main.ts",
  controller: "controller/main.ts",
  verifyThread: "cli/verify/verify-worker.ts",
};

/** The name under which the one executable carries the code of verify's threads. */
export const VERIFY_THREAD_ASSET = "verify-worker.cjs";

/** The first argument that makes the one executable its controller. Nobody types it: the program says it to itself. */
const AS_CONTROLLER = "::controller";

function fileOf(part: keyof Files): string {
  const folder = import.meta.dirname;
  if (import.meta.filename.endsWith(".ts")) return path.join(folder, "../..", SOURCES[part]);
  // The build has put this code into a part, or into chunks/ below it.
  return path.join(folder, path.basename(folder) === "chunks" ? "../.." : "..", BUILT[part]);
}

/** The file, by the link that it was called by if it was: that stays what it is when a version is replaced. */
function asCalled(file: string): string {
  const called = path.resolve(process.argv[1] ?? "");
  try {
    return fs.realpathSync(called) === fs.realpathSync(file) ? called : file;
  } catch {
    return file;
  }
}

/** How others start a part of this program. */
export function startOf(part: Part): Start {
  const command = process.execPath;
  if (sea.isSea()) return { command, args: part === "controller" ? [AS_CONTROLLER] : [] };
  return { command, args: [asCalled(fileOf(part))] };
}

/** This very run once more: with the same options of Node and the same arguments. */
export function startAgain(part: Part): Start {
  const { command, args } = startOf(part);
  // An executable has no options of Node: it would take them for its own.
  const options = sea.isSea() ? [] : process.execArgv;
  return { command, args: [...options, ...args, ...process.argv.slice(2)] };
}

/** The code of a thread of verify. */
export function verifyThread(): ThreadCode {
  if (sea.isSea()) return { kind: "text", text: sea.getAsset(VERIFY_THREAD_ASSET, "utf8") };
  return { kind: "file", file: fileOf("verifyThread") };
}

/** In the one executable, which part was started. The word that says so is taken out of argv: what is left is the part's. */
export function takePart(argv: string[]): Part {
  if (argv[2] !== AS_CONTROLLER) return "cli";
  argv.splice(2, 1);
  return "controller";
}
