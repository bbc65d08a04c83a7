/** Finds .lacre.yaml from where the user stands, up to the root of the work tree; without one, of the file system. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { readConfiguration } from "../../src/format/index.ts";
import { CONFIGURATION_FILE, type Configuration } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent } from "../files/files.ts";
import { workTreeRoot } from "../git/git.ts";

/** A configuration and the directory that its paths start from. */
export type FoundConfiguration = { readonly directory: string; readonly configuration: Configuration };

/** The nearest configuration, or undefined where there is none. */
export function findConfiguration(context: CommandContext): FoundConfiguration | undefined {
  for (let directory = context.cwd; ; directory = path.dirname(directory)) {
    const file = path.join(directory, CONFIGURATION_FILE);
    if (fs.existsSync(file)) {
      const shown = path.relative(context.cwd, file);
      refuseOthers(context, file, shown);
      const source = readSourceIfPresent(context, shown);
      if (source !== undefined) return { directory, configuration: readConfiguration(source) };
    }
    // What lies above a work tree is not of it: somebody else may have put it there.
    if (fs.existsSync(path.join(directory, ".git"))) return undefined;
    if (directory === path.dirname(directory)) return undefined;
  }
}

/** A configuration says whom one seals for: it is obeyed as Git obeys its own, not when somebody else put it there. */
function refuseOthers(context: CommandContext, file: string, shown: string): void {
  const { uid: own, env } = context;
  const { uid } = fs.statSync(file);
  if (own === undefined || uid === own || uid === 0 || (own === 0 && String(uid) === env["SUDO_UID"])) return;
  // In a work tree of another user, Git judges (safe.directory); its files are then that user's.
  const root = workTreeRoot(context, path.dirname(file));
  if (root !== undefined && fs.statSync(path.join(root, ".git")).uid === uid) return;
  throw new LacreError("CONFIG_INVALID", `${shown} belongs to another user, and is not obeyed`, {
    hint: "if the repository is yours, its files must be too: chown; or run lacre as their owner",
  });
}

/** A path of .lacre.yaml, absolute. CONFIG_INVALID when it leads out of the configuration's directory, also through links. */
export function insideOf(directory: string, file: string): string {
  const absolute = path.resolve(directory, file);
  let there = absolute;
  while (!fs.existsSync(there) && there !== path.dirname(there)) there = path.dirname(there);
  const isLink =
    fs.lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink() === true && !fs.existsSync(absolute);
  const away = path.relative(fs.realpathSync(directory), fs.realpathSync(there));
  const isAway = away === ".." || away.startsWith(`..${path.sep}`) || path.isAbsolute(away);
  if (!isAway && !isLink) return absolute;
  throw new LacreError("CONFIG_INVALID", `${CONFIGURATION_FILE} names ${file}, which leads out of its directory`, {
    hint: "keys belong into the repository, such as keys/prod.keys; another file is named with --recipient or --output",
  });
}
