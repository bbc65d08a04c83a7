/** One bundle by rolldown, with all that it needs from packages. */
import * as path from "node:path";
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from "rolldown";

/** What goes into a bundle, and how it comes out. */
export type Bundle = {
  /** Where it is written and, by the name of the entry, the source. */
  readonly directory: string;
  readonly input: Readonly<Record<string, string>>;
  readonly platform: NonNullable<InputOptions["platform"]>;
  readonly output: OutputOptions;
};

/**
 * A package that another one uses where it happens to be there: it would be looked for outside of ours, in the work tree
 * that we are installed in, if in any.
 */
const NOT_THERE: Plugin = {
  name: "not-there",
  resolveId: (id) => (id === "supports-color" ? "\0not-there" : null),
  load: (id) => (id === "\0not-there" ? "export {};" : null),
};

const PROGRAM = /\b(?:cli|controller)[/\\]main\.ts$/;

/** Writes one bundle and gives the files that went into it. */
export async function writeBundle({ directory, input, platform, output }: Bundle): Promise<readonly string[]> {
  const sources = Object.entries(input).map(([name, file]) => [name, path.join(import.meta.dirname, "..", file)]);
  const bundle = await rolldown({
    input: Object.fromEntries(sources),
    platform,
    external: /^node:/,
    plugins: [NOT_THERE],
    // tweetnacl knows the system's randomness by the browser's name for the global object, or from node:crypto.
    ...(platform === "browser" && { transform: { define: { self: "globalThis" } } }),
    // Only programs do something when they are loaded.
    treeshake: { moduleSideEffects: (id) => PROGRAM.test(id) },
    // What cannot be found would be left to be found at run time, outside of the package.
    onwarn: (warning, warn) => {
      if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message);
      warn(warning);
    },
  });
  const written = await bundle.write({ dir: directory, ...output });
  await bundle.close();
  return written.output.flatMap((chunk) => (chunk.type === "chunk" ? Object.keys(chunk.modules) : []));
}
