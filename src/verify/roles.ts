/** What one file of a repository says about another: a generator that reads it, an attribute that promises ciphertext. */

import { readTrees, type Tree, textAt, valueAt } from "../format/yaml/tree.ts";
import { escapeForRegExp, globSource } from "./text/glob.ts";

/**
 * secret-env: every value in it goes into a Secret. secret-file: all of it does. git-crypt, transcrypt: Git must hold
 * ciphertext. sops: its own configuration wants it encrypted.
 */
export type Role = "secret-env" | "secret-file" | "git-crypt" | "transcrypt" | "sops";

/** Roles by path, and by pattern for those that are given that way. Plain data, so that threads can share it. */
export type RoleTable = {
  readonly paths: Readonly<Record<string, Role>>;
  readonly patterns: readonly { readonly source: string; readonly role: Role }[];
};

/** No roles at all. */
export const NO_ROLES: RoleTable = { paths: {}, patterns: [] };

const ROLE_FILE =
  /(?:^|\/)(?:kustomization\.ya?ml|Kustomization|(?:docker-)?compose[\w.-]*\.ya?ml|(?:docker-)?stack[\w.-]*\.ya?ml|\.gitattributes|\.sops\.yaml)$/;

/** True for a file that may give roles to others: it is read before all of them. */
export function givesRoles(path: string): boolean {
  return ROLE_FILE.test(path);
}

type Named = { readonly path: string; readonly text: string };

/** The roles that these files give. */
export function readRoles(files: Iterable<Named>): RoleTable {
  const paths: Record<string, Role> = {};
  const patterns: { source: string; role: Role }[] = [];
  for (const file of files) {
    if (file.path.endsWith(".gitattributes")) patterns.push(...attributePatterns(file));
    else if (file.path.endsWith(".sops.yaml")) patterns.push(...sopsPatterns(file));
    else for (const [path, role] of referencedFiles(file)) paths[path] = role;
  }
  return { paths, patterns };
}

/** The role of a path, or undefined. */
export function roleOf(table: RoleTable, path: string): Role | undefined {
  return table.paths[path] ?? table.patterns.find(({ source }) => new RegExp(source).test(path))?.role;
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash + 1);
}

/** A path in a file, seen from the root of the repository; undefined when it leads out of it. */
function resolve(from: string, relative: string): string | undefined {
  const parts = directoryOf(from).split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return parts.join("/");
}

function* referencedFiles(file: Named): Generator<readonly [string, Role]> {
  for (const { root } of readTrees(file.text)) {
    for (const [relative, role] of [...generatorFiles(root), ...composeFiles(root)]) {
      const path = resolve(file.path, relative);
      if (path !== undefined) yield [path, role];
    }
  }
}

function texts(tree: Tree | undefined): readonly string[] {
  if (tree?.kind === "text") return [tree.text];
  return tree?.kind === "list" ? tree.items.flatMap((item) => (item.kind === "text" ? [item.text] : [])) : [];
}

function* generatorFiles(root: Tree | undefined): Generator<readonly [string, Role]> {
  const generators = valueAt(root, "secretGenerator");
  if (generators?.kind !== "list") return;
  for (const generator of generators.items) {
    for (const path of [...texts(valueAt(generator, "envs")), ...texts(valueAt(generator, "env"))])
      yield [path, "secret-env"];
    for (const entry of texts(valueAt(generator, "files"))) yield [entry.replace(/^[^=]*=/, ""), "secret-file"];
  }
}

function* composeFiles(root: Tree | undefined): Generator<readonly [string, Role]> {
  const secrets = valueAt(root, "services") === undefined ? undefined : valueAt(root, "secrets");
  if (secrets?.kind !== "map") return;
  for (const { value } of secrets.entries) {
    const file = textAt(value, "file");
    if (file !== undefined) yield [file, "secret-file"];
  }
}

function attributePatterns({ path, text }: Named): { source: string; role: Role }[] {
  const base = directoryOf(path);
  return text.split(/\r?\n/).flatMap((line) => {
    const [pattern = "", ...attributes] = line.trim().split(/\s+/);
    const filter = attributes.findLast((attribute) => attribute.startsWith("filter="))?.slice("filter=".length);
    const role = filter?.startsWith("git-crypt") ? "git-crypt" : filter?.startsWith("crypt") ? "transcrypt" : undefined;
    return role === undefined || pattern.startsWith("#") ? [] : [{ source: globSource(base, pattern), role } as const];
  });
}

/** Only patterns that speak of secrets: a rule for every YAML file there is says nothing about a single one. */
function sopsPatterns({ path, text }: Named): { source: string; role: Role }[] {
  const base = directoryOf(path);
  return readTrees(text).flatMap(({ root }) => {
    const rules = valueAt(root, "creation_rules");
    if (rules?.kind !== "list") return [];
    return rules.items.flatMap((rule) => {
      const source = textAt(rule, "path_regex") ?? "";
      const isNarrow =
        /secret|sops|enc|crypt|vault|credential/i.test(source) && textAt(rule, "encrypted_regex") === undefined;
      if (!isNarrow || !isPattern(source)) return [];
      // SOPS matches anywhere in the path below its configuration.
      const below = `^${escapeForRegExp(base)}`;
      return [
        {
          source: source.startsWith("^") ? below + source.slice(1) : `${below}.*?(?:${source})`,
          role: "sops",
        } as const,
      ];
    });
  });
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source).source !== "";
  } catch {
    return false;
  }
}
