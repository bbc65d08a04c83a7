/** Who reads a .env file, as far as the files beside it prove it. */
import type { EnvDialect } from "../../model/env-dialect.ts";
import { readTrees, type Tree, textAt, valueAt } from "../yaml/tree.ts";

/** Files of this name say which .env files they read, and how that is done. */
type Owner = {
  readonly name: RegExp;
  readonly dialect: EnvDialect;
  readonly named: (root: Tree) => readonly (string | undefined)[];
};

const OWNERS: readonly Owner[] = [
  { name: /^(?:kustomization\.ya?ml|Kustomization)$/, dialect: "kubectl", named: kustomizeFiles },
  { name: /^(?:docker-)?compose(?:\.[\w-]+)*\.ya?ml$/, dialect: "compose", named: composeFiles },
];

/** The .env files that a file names, by paths from its own directory, and who reads them; undefined for all other files. */
export function envFilesNamedIn(
  name: string,
  text: string,
): { readonly dialect: EnvDialect; readonly files: readonly string[] } | undefined {
  const owner = OWNERS.find((one) => one.name.test(name));
  if (owner === undefined) return undefined;
  const roots = readTrees(text).flatMap(({ root }) => root ?? []);
  return { dialect: owner.dialect, files: roots.flatMap(owner.named).filter((file) => file !== undefined) };
}

/** True for names of files that `envFilesNamedIn` reads. */
export function mayNameEnvFiles(name: string): boolean {
  return OWNERS.some((owner) => owner.name.test(name));
}

function items(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === "list" ? tree.items : [];
}

function kustomizeFiles(root: Tree): readonly (string | undefined)[] {
  const generators = ["secretGenerator", "configMapGenerator"].flatMap((one) => items(valueAt(root, one)));
  return generators.flatMap((generator) => [
    textAt(generator, "env"),
    ...items(valueAt(generator, "envs")).map((file) => textAt(file)),
  ]);
}

function composeFiles(root: Tree): readonly (string | undefined)[] {
  const services = valueAt(root, "services");
  return (services?.kind === "map" ? services.entries : []).flatMap(({ value }) => {
    const named = valueAt(value, "env_file");
    return (named?.kind === "list" ? named.items : named === undefined ? [] : [named]).map(composeFile);
  });
}

/** `format: raw` is another reader, of which nothing is known here. */
function composeFile(named: Tree): string | undefined {
  if (named.kind === "text") return named.text;
  return valueAt(named, "format") === undefined ? textAt(named, "path") : undefined;
}
