/** Where what is sealed goes. */
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import type { CommandContext } from "../context.ts";
import { isDirectory, STDIN } from "./files.ts";
import type { InputFile } from "./inputs.ts";

/** Where each input's result goes: a path as shown to the user, or undefined for standard output. */
export function chooseTargets(
  context: CommandContext,
  named: readonly string[],
  inputs: readonly InputFile[],
  { inPlace, output }: { readonly inPlace?: boolean; readonly output?: string },
): (input: InputFile) => string | undefined {
  if (inPlace === true) {
    if (inputs.some(({ shown }) => shown === STDIN)) {
      throw new LacreError("USAGE", "standard input has no place", { hint: "name the file, or leave --in-place out" });
    }
    return ({ shown }) => shown;
  }
  const isTree = named.some((one) => one !== STDIN && isDirectory(context, one));
  if (output === undefined) {
    if (isTree)
      throw new LacreError("USAGE", "a directory is sealed with --in-place or --output DIRECTORY", {
        hint: "add one of the two; --output leaves the plaintext where it is",
      });
    return () => undefined;
  }
  const isIntoDirectory = isTree || inputs.length > 1 || output.endsWith("/") || isDirectory(context, output);
  if (!isIntoDirectory) return () => output;
  return ({ relative }) => path.join(output, outputName(relative));
}

function outputName(relative: string): string {
  if (relative === STDIN) return "sealed.yaml";
  return /\.(?:ya?ml|json)$/i.test(relative) ? relative : `${relative.replace(/^\./, "")}.yaml`;
}
