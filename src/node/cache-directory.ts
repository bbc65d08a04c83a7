/** The user's cache of lacre: compiled code and what was sealed before, so nobody else may put anything there. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sharedDirectory } from "./shared-directory.ts";

/** Holds code that runs. */
const COMPILED = "compiled";

/** The specification of XDG: a relative path is ignored. It would be one of the repository. */
function absolute(named: string | undefined): string | undefined {
  return named !== undefined && path.isAbsolute(named) ? named : undefined;
}

/** Throws where nothing says where the user is at home. */
function placeOf(env: Readonly<Record<string, string | undefined>>): string {
  const parent = absolute(env["XDG_CACHE_HOME"]) ?? path.join(absolute(env["HOME"]) ?? os.userInfo().homedir, ".cache");
  return path.join(parent, "lacre");
}

/** Shuts others out, and removes what they may have left: everything where they could write, code where they could reach it. */
function tighten(directory: string, mode: number): void {
  fs.chmodSync(directory, 0o700);
  const doubtful = (mode & 0o022) === 0 ? [COMPILED] : fs.readdirSync(directory);
  for (const name of doubtful) fs.rmSync(path.join(directory, name), { recursive: true, force: true });
}

/** The directory, 0700 whatever the umask; undefined where it cannot be kept from others: nothing is cached then. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    const directory = placeOf(env);
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    // The directory of a link to it too: who may write that turns the link.
    if (sharedDirectory(path.dirname(directory)) !== undefined) return undefined;
    const { uid, mode } = fs.statSync(directory);
    if (uid !== (process.geteuid?.() ?? uid)) return undefined;
    if (process.geteuid !== undefined && (mode & 0o077) !== 0) tighten(directory, mode);
    return sharedDirectory(directory) === undefined ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** Where Node keeps the code that it compiled for a command; undefined where none is kept. */
export function compiledDirectory(
  env: Readonly<Record<string, string | undefined>>,
  command: string,
): string | undefined {
  const directory = cacheDirectory(env);
  return directory && path.join(directory, COMPILED, command);
}
