/** The lacre that runs now, as others are to call it: by absolute paths, since a name in the PATH may be found in the work tree. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { posixWord, printableName } from "../../src/model/index.ts";
import { VERSION } from "../../src/version.ts";
import type { CommandContext, Program } from "../context.ts";
import { gitAt, runGit } from "../git/git.ts";

/** `sha512-` and base64, as in https://www.w3.org/TR/sri-2/. */
export const INTEGRITY: RegExp = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** How a hook of this clone calls lacre, word by word. CHECK_FAILED for a path no hook can hold. */
export function programWords({ program }: CommandContext): readonly string[] {
  return programFiles(program).map(hookWord);
}

/** The Node that runs and the program, or the one executable that is both. */
function programFiles(program: Program): readonly string[] {
  const { command, args } = program.startOf("cli");
  return [command, ...args];
}

function hookWord(file: string): string {
  const word = posixWord(file);
  if (word !== undefined) return word;
  throw new LacreError("CHECK_FAILED", `no hook can run ${printableName(file)}: its path holds a control character`, {
    hint: "install lacre below a directory with a plain name, then: lacre init",
  });
}

/** CHECK_FAILED when a hook would run what another commit may replace: Node or lacre in a work tree of this repository. */
export function refuseOwnTree(context: CommandContext, root: string): void {
  const trees = runGit(gitAt(context, root), ["worktree", "list", "--porcelain", "-z"])
    .stdout.split("\0")
    .filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree ".length));
  for (const tree of [root, ...trees]) {
    const found = programFiles(context.program).find((file) => isBelow(tree, file) || isBelow(tree, realPath(file)));
    if (found === undefined) continue;
    throw new LacreError(
      "CHECK_FAILED",
      `${printableName(path.relative(tree, found))} lies in the work tree: a hook would run what any commit puts there`,
      { hint: "install lacre outside of the repository, such as with npm install --global, then: lacre init" },
    );
  }
}

function realPath(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

function isBelow(directory: string, file: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The SRI hash that npm checked when it installed this package, or undefined where npm does not say. */
export function ownIntegrity({ program }: CommandContext): string | undefined {
  const file = programFiles(program).at(-1) ?? "";
  // modules/lacre/dist/cli/main.cjs
  const modules = path.resolve(path.dirname(realPath(file)), "../../..");
  try {
    const lock = JSON.parse(fs.readFileSync(path.join(modules, ".package-lock.json"), "utf8"));
    const { version, integrity } = lock.packages["node_modules/lacre"];
    return version === VERSION && INTEGRITY.test(integrity) ? integrity : undefined;
  } catch {
    return undefined;
  }
}
