/** Which pins are about what is named: an environment of .lacre.yaml, or a keys file by the environments and pins that name it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { defaultEnvironmentOf, type Environment } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { realPath } from "../files/real-path.ts";
import { commonDirectoryOf, repositoryAt } from "../git/git.ts";
import { type FoundConfiguration, findConfiguration, insideOf } from "../repository/configuration.ts";
import type { Pin, PinKey, PinnedMapping } from "./pins.ts";

/** Something that can be pinned. name: of the environment, or of the file as the user named it. */
export type PinPlace = {
  readonly key: PinKey;
  readonly name: string;
  readonly mapping: PinnedMapping;
  /** Paths to read, in the order of .lacre.yaml, as the user sees them. */
  readonly files: readonly string[];
};

/** Where a file lies, by every name that leads to it: a pin that knows one of them is about the file. */
export type FileNames = ReadonlyMap<string, ReadonlySet<string>>;

const MAX_LINKS = 40;

/** As errors call it. */
export function labelOf({ key, name }: PinPlace): string {
  return key.environment === undefined ? name : `environment ${name}`;
}

/** The place of an environment, or CONFIG_INVALID for a path that leads out of its directory. */
export function placeOfEnvironment(
  context: CommandContext,
  { directory, configuration }: FoundConfiguration,
  { name, keys, branch, paths, namespace }: Environment,
): PinPlace {
  const { repository, root } = repositoryAt(context, directory);
  const absolute = keys.map((one) => insideOf(directory, one));
  const real = realPath(directory);
  return {
    key: {
      repository,
      directory: path.relative(root, real),
      environment: name,
      // As they are named: what a link leads to may be another file tomorrow.
      files: keys.map((one) => path.relative(root, path.resolve(real, one))),
    },
    name,
    mapping: {
      ...(branch !== undefined && { branch }),
      ...(paths !== undefined && { paths }),
      ...(namespace !== undefined && { namespace }),
      ...(defaultEnvironmentOf(configuration) === name && { isDefault: true }),
    },
    files: absolute.map((one) => path.relative(context.cwd, one) || one),
  };
}

/** A file by itself: whether an environment names it, placesNaming tells. */
export function placeOfFile(context: CommandContext, file: string): PinPlace {
  const absolute = path.resolve(context.cwd, file);
  const directory = realPath(path.dirname(absolute));
  const { repository, root } = repositoryAt(context, directory);
  return {
    key: { repository, directory: "", files: [path.join(path.relative(root, directory), path.basename(absolute))] },
    name: file,
    mapping: {},
    files: [file],
  };
}

/** The first part of a path that is a link, as the path that it leads to; undefined for a path without links. */
function withoutFirstLink(absolute: string): string | undefined {
  const parts = absolute.split(path.sep);
  for (let count = 2; count <= parts.length; count++) {
    const prefix = parts.slice(0, count).join(path.sep);
    if (fs.lstatSync(prefix, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    return path.join(path.resolve(path.dirname(prefix), fs.readlinkSync(prefix)), ...parts.slice(count));
  }
  return undefined;
}

/** Every path that leads to a file: as it is named, and with one link after the other followed. */
function pathsOf(absolute: string): readonly string[] {
  const paths = [absolute];
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = withoutFirstLink(paths.at(-1) ?? absolute);
    if (next === undefined) break;
    paths.push(next);
  }
  return paths;
}

/** As it is named from where the user stands: by the shell's own name of that place too, which may go through links. */
function namedPaths({ cwd, env }: CommandContext, file: string): readonly string[] {
  const shell = env["PWD"];
  const isHere = shell !== undefined && path.isAbsolute(shell) && realPath(shell) === realPath(cwd);
  return [...new Set([cwd, ...(isHere ? [shell] : [])].map((directory) => path.resolve(directory, file)))];
}

/** True for a file that lies in a repository by any of its names. */
export function isInRepository(context: CommandContext, file: string): boolean {
  const paths = namedPaths(context, file).flatMap(pathsOf);
  return paths.some((one) => repositoryAt(context, path.dirname(one)).repository !== realPath(path.dirname(one)));
}

/** By every directory above each of its paths, and by Git's common directory where one is the root of a work tree. */
export function namesOf(context: CommandContext, file: string): FileNames {
  const names = new Map<string, Set<string>>();
  for (const one of namedPaths(context, file).flatMap(pathsOf)) addNames(context, names, one);
  return names;
}

/** The names of a file as it is typed: what a link in its place leads to is another file. */
export function typedNamesOf(context: CommandContext, file: string): FileNames {
  const names = new Map<string, Set<string>>();
  for (const one of namedPaths(context, file)) {
    addNames(context, names, one);
    addNames(context, names, path.join(realPath(path.dirname(one)), path.basename(one)));
  }
  return names;
}

function addNames(context: CommandContext, names: Map<string, Set<string>>, one: string): void {
  for (let above = path.dirname(one); ; above = path.dirname(above)) {
    for (const repository of [above, commonDirectoryOf(context, above)]) {
      if (repository === undefined) continue;
      names.set(repository, (names.get(repository) ?? new Set()).add(path.relative(above, one)));
    }
    if (above === path.dirname(above)) return;
  }
}

/** True for a pin that remembers a file, whatever .lacre.yaml says of it now. */
export function isAbout({ repository, files }: PinKey, names: FileNames): boolean {
  const known = names.get(repository);
  return known !== undefined && files.some((file) => known.has(file));
}

/** A pin that remembers a file no more. */
export function withoutFile(pin: Pin, names: FileNames): Pin {
  return { ...pin, files: pin.files.filter((file) => names.get(pin.repository)?.has(file) !== true) };
}

/** The environments that name a file: of the configuration where the user stands, and of the one where the file lies. */
export function placesNaming(context: CommandContext, file: string): readonly PinPlace[] {
  const absolute = path.resolve(context.cwd, file);
  const found = [findConfiguration(context), findConfiguration({ ...context, cwd: path.dirname(absolute) })];
  const unique = new Map(found.flatMap((one) => (one === undefined ? [] : [[one.directory, one] as const])));
  const wanted = new Set(namedPaths(context, file).flatMap(pathsOf));
  return [...unique.values()].flatMap((one) =>
    [...one.configuration.environments.values()]
      .filter(({ keys }) =>
        keys.some((named) => pathsOf(path.resolve(one.directory, named)).some((p) => wanted.has(p))),
      )
      .map((environment) => placeOfEnvironment(context, one, environment)),
  );
}
