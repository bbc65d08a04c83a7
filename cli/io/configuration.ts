/** Finds .lacre.yaml from where the user stands, up to the root of the file system. */
import * as fs from "node:fs";
import * as path from "node:path";
import { CONFIGURATION_FILE, type Configuration, readConfiguration } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent } from "./files.ts";

/** A configuration and the directory that its paths start from. */
export type FoundConfiguration = { readonly directory: string; readonly configuration: Configuration };

/** The nearest configuration, or undefined where there is none. */
export function findConfiguration(context: CommandContext): FoundConfiguration | undefined {
  for (let directory = context.cwd; ; directory = path.dirname(directory)) {
    const file = path.join(directory, CONFIGURATION_FILE);
    if (fs.existsSync(file)) {
      const shown = path.relative(context.cwd, file);
      const source = readSourceIfPresent(context, shown);
      if (source !== undefined) return { directory, configuration: readConfiguration(source) };
    }
    if (directory === path.dirname(directory)) return undefined;
  }
}
