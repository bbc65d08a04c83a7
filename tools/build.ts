/**
 * Builds dist/: the command line, the controller and the library, each bundled by rolldown with all that it needs, so that an
 * installation brings nothing but this package (docs/adr/0045-no-dependencies.md); and the types of the library by tsc. The
 * command line is CommonJS: an ES module that imports a module of Node evaluates everything that module could ever offer,
 * and a command that people wait for must not (docs/adr/0010-bundled-command-line.md).
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { OutputOptions } from "rolldown";
import { type Bundle, writeBundle } from "./bundle.ts";
import { bundleTypes } from "./bundled-types.ts";
import { collectLicences } from "./licences.ts";

const ROOT = path.join(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");

const COMMONJS: OutputOptions = {
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "chunks/[name].cjs",
  minify: true,
};
const MODULES: OutputOptions = { format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" };

const BUNDLES: readonly Bundle[] = [
  {
    directory: path.join(DIST, "cli"),
    input: { main: "cli/main.ts", "verify-worker": "cli/verify/verify-worker.ts" },
    platform: "node",
    output: COMMONJS,
  },
  {
    directory: path.join(DIST, "controller"),
    input: { main: "controller/main.ts" },
    platform: "node",
    output: { ...MODULES, minify: true },
  },
  {
    directory: path.join(DIST, "src"),
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

fs.rmSync(DIST, { recursive: true, force: true });
execFileSync(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
bundleTypes(ROOT, DIST);
const modules: string[] = [];
for (const bundle of BUNDLES) modules.push(...(await writeBundle(bundle)));
fs.writeFileSync(path.join(DIST, "THIRD-PARTY-LICENCES.txt"), collectLicences(modules));
for (const bin of ["cli/main.cjs", "controller/main.js"]) fs.chmodSync(path.join(DIST, bin), 0o755);
