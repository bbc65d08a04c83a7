/**
 * What one executable is made of: the command line and the controller in one file, the threads of verify in another, and the
 * configuration for `node --experimental-sea-config`. An executable can load no file of its own, so each is whole.
 *
 *     node tools/executable.ts DIRECTORY
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { OutputOptions } from "rolldown";
import { VERIFY_THREAD_ASSET } from "../src/node/program.ts";
import { writeBundle } from "./bundle.ts";

const WHOLE: OutputOptions = { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false, minify: true };

/** Writes the parts and the configuration, and gives the path of the program's own file. */
export async function writeExecutableParts(directory: string): Promise<string> {
  const threads = path.parse(VERIFY_THREAD_ASSET).name;
  for (const input of [{ lacre: "tools/executable-main.ts" }, { [threads]: "cli/verify/verify-worker.ts" }])
    await writeBundle({ directory, input, platform: "node", output: WHOLE });
  const main = path.join(directory, "lacre.cjs");
  const configuration = {
    main,
    output: path.join(directory, "lacre.blob"),
    disableExperimentalSEAWarning: true,
    assets: { [VERIFY_THREAD_ASSET]: path.join(directory, VERIFY_THREAD_ASSET) },
  };
  fs.writeFileSync(path.join(directory, "sea-config.json"), `${JSON.stringify(configuration, null, 2)}\n`);
  return main;
}

if (process.argv[1] === import.meta.filename) await writeExecutableParts(path.resolve(process.argv[2] ?? "."));
