/**
 * Builds dist/: the command line, the controller and the library, each bundled by rolldown with all that it needs, so that an
 * installation brings nothing but this package (docs/adr/0045-no-dependencies.md); and the types of the library by tsc. The
 * command line is CommonJS: an ES module that imports a module of Node evaluates everything that module could ever offer,
 * and a command that people wait for must not (docs/adr/0010-bundled-command-line.md).
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from "rolldown";
import { bundleTypes } from "./bundled-types.ts";
import { collectLicences } from "./licences.ts";

const ROOT = path.join(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");

type Bundle = {
  /** The folder in dist/ and, by the name of the entry, the source. */
  readonly folder: string;
  readonly input: Readonly<Record<string, string>>;
  readonly platform: NonNullable<InputOptions["platform"]>;
  readonly output: OutputOptions;
};

const COMMONJS: OutputOptions = {
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "chunks/[name].cjs",
  minify: true,
};
const MODULES: OutputOptions = { format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" };

const BUNDLES: readonly Bundle[] = [
  {
    folder: "cli",
    input: { main: "cli/main.ts", "verify-worker": "cli/verify/verify-worker.ts" },
    platform: "node",
    output: COMMONJS,
  },
  {
    folder: "controller",
    input: { main: "controller/main.ts" },
    platform: "node",
    output: { ...MODULES, minify: true },
  },
  {
    folder: "src",
    // One bundle, because engines are registered in one module that all three share.
    input: {
      index: "src/index.ts",
      "node/index": "src/node/index.ts",
      "backup/index": "src/backup/index.ts",
    },
    // It runs in browsers too: nothing of Node may be imported for a package that only looks for it.
    platform: "browser",
    output: MODULES,
  },
];

/**
 * A package that another one uses where it happens to be there: it would be looked for outside of ours, in the work tree
 * that we are installed in, if in any.
 */
const NOT_THERE: Plugin = {
  name: "not-there",
  resolveId: (id) => (id === "supports-color" ? "\0not-there" : null),
  load: (id) => (id === "\0not-there" ? "export {};" : null),
};

/** Writes one bundle and gives the files that went into it. */
async function write({ folder, input, platform, output }: Bundle): Promise<readonly string[]> {
  const sources = Object.entries(input).map(([name, file]) => [name, path.join(ROOT, file)]);
  const bundle = await rolldown({
    input: Object.fromEntries(sources),
    platform,
    external: /^node:/,
    plugins: [NOT_THERE],
    // tweetnacl knows the system's randomness by the browser's name for the global object, or from node:crypto.
    ...(platform === "browser" && { transform: { define: { self: "globalThis" } } }),
    treeshake: { moduleSideEffects: false },
    // What cannot be found would be left to be found at run time, outside of the package.
    onwarn: (warning, warn) => {
      if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message);
      warn(warning);
    },
  });
  const written = await bundle.write({ dir: path.join(DIST, folder), ...output });
  await bundle.close();
  return written.output.flatMap((chunk) => (chunk.type === "chunk" ? Object.keys(chunk.modules) : []));
}

fs.rmSync(DIST, { recursive: true, force: true });
execFileSync(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
bundleTypes(ROOT, DIST);
const modules: string[] = [];
for (const bundle of BUNDLES) modules.push(...(await write(bundle)));
fs.writeFileSync(path.join(DIST, "THIRD-PARTY-LICENCES.txt"), collectLicences(modules));
for (const bin of ["cli/main.cjs", "controller/main.js"]) fs.chmodSync(path.join(DIST, bin), 0o755);
