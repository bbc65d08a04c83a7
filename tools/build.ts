/**
 * Builds dist/: the library and the controller as single modules by tsc, the command line bundled by rolldown, because a
 * command that people wait for must not read two hundred files first. It is bundled as CommonJS: an ES module that imports
 * a module of Node evaluates everything that module could ever offer (docs/adr/0010-bundled-command-line.md).
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { rolldown } from "rolldown";

const ROOT = path.join(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");
const CLI = path.join(DIST, "cli");

/** The licences of what is inside the bundle travel with it. */
function collectLicences(modules: readonly string[]): string {
  const packages = new Set<string>();
  for (const module of modules) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module);
    if (match?.[1] !== undefined) packages.add(match[1]);
  }
  return [...packages]
    .sort()
    .map((directory) => {
      const { name, version, license } = JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8"));
      const file = fs.readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? license : fs.readFileSync(path.join(directory, file), "utf8");
      return `${name} ${version}\n\n${text.trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

async function bundleCommandLine(): Promise<void> {
  const bundle = await rolldown({
    input: { main: path.join(ROOT, "cli/main.ts"), "verify-worker": path.join(ROOT, "cli/verify-worker.ts") },
    platform: "node",
    // A hundred modules that two commands need: they are loaded from the package when they are.
    external: ["@kubernetes/client-node"],
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundle.write({
    dir: CLI,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "chunks/[name].cjs",
    minify: true,
  });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? Object.keys(chunk.modules) : []));
  fs.writeFileSync(path.join(CLI, "THIRD-PARTY-LICENCES.txt"), collectLicences(modules));
}

fs.rmSync(DIST, { recursive: true, force: true });
execFileSync(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
await bundleCommandLine();
for (const bin of ["cli/main.cjs", "controller/main.js"]) fs.chmodSync(path.join(DIST, bin), 0o755);
