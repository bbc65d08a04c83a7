/** Which pins are about what is named: an environment of .lacre.yaml, or a keys file by the environments and pins that name it. */
import * as path from "node:path";
import type { Environment } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { realPath } from "../files/real-path.ts";
import { repositoryAt } from "../git/git.ts";
import { type FoundConfiguration, findConfiguration, insideOf } from "../repository/configuration.ts";
import type { PinKey, PinnedMapping } from "./pins.ts";

/** Something that can be pinned. name: of the environment, or of the file as the user named it. */
export type PinPlace = {
  readonly key: PinKey;
  readonly name: string;
  readonly mapping: PinnedMapping;
  /** Paths to read, in the order of .lacre.yaml, as the user sees them. */
  readonly files: readonly string[];
};

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
  const { repository, root } = repositoryAt(directory);
  const absolute = keys.map((one) => insideOf(directory, one));
  const isDefault =
    configuration.defaultEnvironment === name ||
    (configuration.defaultEnvironment === undefined && configuration.environments.size === 1);
  return {
    key: {
      repository,
      directory: path.relative(root, realPath(directory)),
      environment: name,
      files: absolute.map((one) => path.relative(root, realPath(one))),
    },
    name,
    mapping: {
      ...(branch !== undefined && { branch }),
      ...(paths !== undefined && { paths }),
      ...(namespace !== undefined && { namespace }),
      ...(isDefault && { isDefault }),
    },
    files: absolute.map((one) => path.relative(context.cwd, one) || one),
  };
}

/** A file by itself: whether an environment names it, placesNaming tells. */
export function placeOfFile(context: CommandContext, file: string): PinPlace {
  const absolute = realPath(path.resolve(context.cwd, file));
  const { repository, root } = repositoryAt(path.dirname(absolute));
  return {
    key: { repository, directory: "", files: [path.relative(root, absolute)] },
    name: file,
    mapping: {},
    files: [file],
  };
}

/** The environments that name a file: of the configuration where the user stands, and of the one where the file lies. */
export function placesNaming(context: CommandContext, file: string): readonly PinPlace[] {
  const absolute = path.resolve(context.cwd, file);
  const found = [findConfiguration(context), findConfiguration({ ...context, cwd: path.dirname(absolute) })];
  const unique = new Map(found.flatMap((one) => (one === undefined ? [] : [[one.directory, one] as const])));
  return [...unique.values()].flatMap((one) =>
    [...one.configuration.environments.values()]
      .filter(({ keys }) => keys.some((named) => realPath(path.resolve(one.directory, named)) === realPath(absolute)))
      .map((environment) => placeOfEnvironment(context, one, environment)),
  );
}

/** True for a pin that remembers a file, whatever .lacre.yaml says of it now. */
export function isAbout(pin: PinKey, { key }: PinPlace): boolean {
  return pin.repository === key.repository && key.files.every((file) => pin.files.includes(file));
}
