/** The packages inside of the bundles, with their versions and licences: these travel with them. */
import * as fs from "node:fs";
import * as path from "node:path";

/** A text with each package once, sorted, from the paths of the modules that were bundled. */
export function collectLicences(modules: readonly string[]): string {
  const packages = new Set<string>();
  for (const module of modules) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module);
    if (match?.[1] !== undefined) packages.add(match[1]);
  }
  return [...packages]
    .map((directory) => ({ directory, ...describe(directory) }))
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, text }) => `${title}\n\n${text.trim()}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function describe(directory: string): { readonly title: string; readonly text: string } {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8"));
  const file = fs.readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? license : fs.readFileSync(path.join(directory, file), "utf8");
  if (typeof text !== "string") throw new Error(`${name} ${version} has no licence`);
  return { title: `${name} ${version}`, text };
}
