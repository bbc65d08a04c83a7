/** The types of the library name those of a package that is inside of the bundle: they are put beside them. */
import * as fs from "node:fs";
import * as path from "node:path";

/** The one package whose types show in those of the library. */
const PACKAGE = "yaml";

/** Copies the package's types to types/ in dist, and lets the library's types name them there. */
export function bundleTypes(root: string, dist: string): void {
  const from = path.join(root, "node_modules", PACKAGE);
  const to = path.join(dist, "types", PACKAGE);
  for (const name of declarationsIn(path.join(from, "dist"))) {
    fs.mkdirSync(path.dirname(path.join(to, name)), { recursive: true });
    fs.copyFileSync(path.join(from, "dist", name), path.join(to, name));
  }
  // Its modules are CommonJS, and ours are not.
  fs.writeFileSync(path.join(to, "package.json"), '{ "type": "commonjs" }\n');
  for (const name of declarationsIn(path.join(dist, "src"))) {
    const file = path.join(dist, "src", name);
    const text = fs.readFileSync(file, "utf8");
    const target = path.posix.relative(path.posix.join("src", path.posix.dirname(name)), `types/${PACKAGE}/index.js`);
    const named = text.replaceAll(`from "${PACKAGE}"`, `from "${target}"`);
    if (named !== text) fs.writeFileSync(file, named);
  }
}

function declarationsIn(folder: string): readonly string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".d.ts"));
}
