/** Hooks as parts of the set-up: what Git would run in this clone, and whether that calls a lacre that is there. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Git } from "../../src/node/git.ts";
import { writeAtomic } from "../../src/node/write.ts";
import { gonePaths, hookScript, type ProgramWords } from "./git-commands.ts";
import {
  type HookDirectories,
  type HookPlace,
  hookDirectories,
  hookPlace,
  isSwitchedOn,
  textOf,
} from "./hook-place.ts";
import { callIn, HOOK_SCRIPT, HOOKS, type Hook, hasBlock, isEmptyHook, withBlock, withoutBlock } from "./hook-text.ts";
import { called, type PartState, type SetupPart } from "./part.ts";

/** Bytes that are no UTF-8 stay what they are. */
function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeAtomic({ path: file, content: Buffer.from(text, "latin1"), mode: 0o755 });
}

/** The script that all hooks call, whoever keeps them. It alone knows where this lacre lies. */
function scriptPart({ common }: HookDirectories, program: ProgramWords): SetupPart {
  const file = path.join(common, HOOK_SCRIPT);
  const wanted = hookScript(program);
  return {
    name: `${HOOK_SCRIPT} in the directory of Git`,
    look: () => {
      const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
      return text === wanted ? { kind: "there" } : { kind: "missing", ...called(text) };
    },
    make: () => writeAtomic({ path: file, content: wanted, mode: 0o755 }),
    remove: () => {
      const isThere = fs.existsSync(file);
      fs.rmSync(file, { force: true });
      return isThere ? "removed" : undefined;
    },
  };
}

function othersState(
  place: HookPlace & { readonly kind: "others" },
  directories: HookDirectories,
  hook: Hook,
): PartState {
  const shown = (file: string) => path.relative(path.dirname(directories.common), file);
  const call = callIn(textOf(place.file) ?? "", hook);
  const byHand = (why: string, advice: string): PartState => ({
    kind: "by hand",
    says: `${shown(place.file)} is left alone, ${why}; ${advice}`,
  });
  if (call === undefined) return byHand(place.why, place.advice);
  const { runner } = place;
  if (runner !== undefined && !fs.existsSync(runner.file))
    return byHand(`${place.why}, and ${shown(runner.file)} is not there`, runner.install);
  if (runner === undefined && path.basename(place.file) === hook && !isSwitchedOn(place.file))
    return byHand("it is switched off", "to use it: make it executable");
  const [gone] = gonePaths(call, fs.existsSync);
  return gone === undefined ? { kind: "there" } : byHand(`it calls ${gone}, which is not there`, place.advice);
}

function hookPart(root: string, directories: HookDirectories, hook: Hook): SetupPart {
  const place = hookPlace(root, directories, hook);
  const ownFile = path.join(directories.own, hook);
  return {
    name: `${hook} hook`,
    look: () => {
      if (place.kind === "others") return othersState(place, directories, hook);
      const text = textOf(place.file) ?? "";
      return hasBlock(text, hook) && isSwitchedOn(place.file) ? { kind: "there" } : { kind: "missing" };
    },
    make: () => {
      if (place.kind === "own") write(place.file, withBlock(textOf(place.file) ?? "", hook));
    },
    remove: () => removeFrom(place, [ownFile, `${ownFile}.legacy`], hook),
  };
}

/** Takes our lines out where they stand, and names a call that stays since it is not ours. */
function removeFrom(place: HookPlace, files: readonly string[], hook: Hook): string | undefined {
  let removed: string | undefined;
  for (const file of files) {
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const text = textOf(file) ?? "";
    const left = withoutBlock(text);
    if (left === text) continue;
    if (isEmptyHook(left)) fs.rmSync(file);
    else writeAtomic({ path: file, content: Buffer.from(left, "latin1") });
    removed = "removed";
  }
  if (place.kind === "others" && callIn(textOf(place.file) ?? "", hook) !== undefined)
    return `left alone: ${place.file} calls lacre; take its line out`;
  return removed;
}

/** True where a hook that nobody has to have calls lacre: then it is looked after too. */
function isInUse(root: string, directories: HookDirectories, hook: Hook): boolean {
  return callIn(textOf(hookPlace(root, directories, hook).file) ?? "", hook) !== undefined;
}

/** The parts for the hooks: those that every clone gets, and those that are asked for or in use. */
export function hookParts(git: Git, program: ProgramWords, asked: readonly Hook[]): readonly SetupPart[] {
  const root = git.directory;
  const directories = hookDirectories(git);
  const isWanted = (hook: Hook) => hook !== "pre-push" || asked.includes(hook) || isInUse(root, directories, hook);
  return [scriptPart(directories, program), ...HOOKS.filter(isWanted).map((hook) => hookPart(root, directories, hook))];
}
