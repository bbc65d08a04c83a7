/** .lacre.yaml into a Configuration. docs/lacre.schema.json says the same for editors. */
import { isSeq, type ParsedNode } from "yaml";
import type { Allowance, Configuration, Environment } from "../model/environment.ts";
import { MAX_RECIPIENTS } from "../model/limits.ts";
import { isNamespace } from "../model/names.ts";
import { closest } from "./fields.ts";
import { readDocuments } from "./yaml/documents.ts";
import { type Field, type Mapping, NodeReader } from "./yaml/nodes.ts";
import { errorAt, type Source } from "./yaml/source.ts";

/** The configuration, or CONFIG_INVALID or DOCUMENT_INVALID with the place of the mistake. */
export function readConfiguration(source: Source): Configuration {
  const [document, ...more] = readDocuments(source);
  const root = document?.contents;
  if (document === undefined || !root || more.length > 0) {
    throw errorAt(source, 0, "CONFIG_INVALID", "one document is expected", "write a new one: lacre init");
  }
  const reader = new NodeReader(document, "CONFIG_INVALID");
  const configuration = reader.mapping(root, "the configuration", root);
  reader.refuseUnknown(configuration, "", ["version", "defaultEnvironment", "environments", "verify"]);
  checkVersion(reader, configuration);
  const environments = readEnvironments(reader, configuration.fields.get("environments"));
  const defaultField = configuration.fields.get("defaultEnvironment");
  if (defaultField === undefined) return { environments, verify: readVerify(reader, configuration) };
  const defaultEnvironment = reader.text(defaultField.value, "defaultEnvironment", defaultField.key);
  refuseUnknownEnvironment(reader, defaultField, defaultEnvironment, environments);
  return { environments, defaultEnvironment, verify: readVerify(reader, configuration) };
}

function checkVersion(reader: NodeReader, configuration: Mapping): void {
  const version = configuration.fields.get("version");
  const value = (version?.value as { value?: unknown } | null | undefined)?.value;
  if (value !== 1) {
    throw reader.error(version?.key ?? configuration.node, "version must be 1", "this lacre knows no other version");
  }
}

function optionalText(reader: NodeReader, mapping: Mapping, name: string, path: string): string | undefined {
  const field = mapping.fields.get(name);
  return field === undefined ? undefined : reader.text(field.value, `${path}.${name}`, field.key);
}

function requiredText(reader: NodeReader, mapping: Mapping, name: string, path: string): string {
  const text = optionalText(reader, mapping, name, path);
  if (text === undefined) throw reader.error(mapping.node, `${path}.${name} is missing`);
  return text;
}

function readEnvironments(reader: NodeReader, field: Field | undefined): ReadonlyMap<string, Environment> {
  const environments = new Map<string, Environment>();
  if (field === undefined || reader.isNothing(field.value)) return environments;
  const mapping = reader.mapping(field.value, "environments", field.key);
  for (const [name, entry] of mapping.fields) environments.set(name, readEnvironment(reader, name, entry));
  for (const [name, entry] of mapping.fields) {
    const from = environments.get(name)?.promotesFrom;
    if (from !== undefined) refuseUnknownEnvironment(reader, entry, from, environments);
  }
  return environments;
}

function readEnvironment(reader: NodeReader, name: string, field: Field): Environment {
  const path = `environments.${name}`;
  const mapping = reader.mapping(field.value, path, field.key);
  reader.refuseUnknown(mapping, path, ["keys", "branch", "paths", "namespace", "promotesFrom"]);
  const branch = optionalText(reader, mapping, "branch", path);
  const promotesFrom = optionalText(reader, mapping, "promotesFrom", path);
  const namespace = optionalText(reader, mapping, "namespace", path);
  if (namespace !== undefined && !isNamespace(namespace)) {
    throw reader.error(
      mapping.fields.get("namespace")?.value ?? mapping.node,
      `${path}.namespace is not a namespace`,
      "at most 63 lower-case letters, digits and '-'",
    );
  }
  const paths = mapping.fields.has("paths") ? readTexts(reader, mapping, "paths", path) : undefined;
  return {
    name,
    keys: readKeys(reader, mapping, path),
    ...(branch !== undefined && { branch }),
    ...(paths !== undefined && { paths }),
    ...(namespace !== undefined && { namespace }),
    ...(promotesFrom !== undefined && { promotesFrom }),
  };
}

function readTexts(reader: NodeReader, mapping: Mapping, name: string, path: string): readonly string[] {
  const field = mapping.fields.get(name);
  if (field === undefined) return [];
  return reader
    .items(field.value, `${path}.${name}`, field.key)
    .map((node, index) => reader.text(node, `${path}.${name}[${index}]`, node));
}

/** One path, or a list of up to eight: a token has no more recipients. */
function readKeys(reader: NodeReader, mapping: Mapping, path: string): readonly string[] {
  const field = mapping.fields.get("keys");
  const isList = field?.value !== undefined && isSeq(field.value);
  const files =
    field === undefined || !isList
      ? [requiredText(reader, mapping, "keys", path)]
      : readTexts(reader, mapping, "keys", path);
  for (const file of files) refuseOutside(reader, mapping, file);
  if (field === undefined || !isList) return files;
  if (files.length >= 1 && files.length <= MAX_RECIPIENTS) {
    if (new Set(files).size < files.length)
      throw reader.error(field.key, `${path}.keys names a file twice`, "keep it once");
    return files;
  }
  throw reader.error(field.key, `${path}.keys has 1 to ${MAX_RECIPIENTS} files`, "one for each cluster");
}

/** One path for everybody who reads it: below .lacre.yaml, whatever the checkout is called. Links are the reader's matter. */
function refuseOutside(reader: NodeReader, mapping: Mapping, file: string): void {
  let depth = 0;
  let isOut = file.startsWith("/") || file.includes("\0") || file.includes("\\");
  for (const part of file.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    isOut ||= depth < 0;
  }
  if (!isOut && depth > 0) return;
  throw reader.error(
    mapping.node,
    `${JSON.stringify(file)} leads out of its directory`,
    "a path below .lacre.yaml, such as keys/prod.keys; another file is named with --recipient or --output",
  );
}

function refuseUnknownEnvironment(
  reader: NodeReader,
  field: Field,
  name: string,
  environments: ReadonlyMap<string, Environment>,
): void {
  if (environments.has(name)) return;
  const meant = closest(name, [...environments.keys()]);
  const hint = meant === undefined ? "list it under environments" : `did you mean ${meant}?`;
  throw reader.error(field.key, `there is no environment ${JSON.stringify(name)}`, hint);
}

function readVerify(reader: NodeReader, configuration: Mapping): Configuration["verify"] {
  const field = configuration.fields.get("verify");
  if (field === undefined || reader.isNothing(field.value)) return { paths: [], allow: [], scopes: [], suites: [] };
  const mapping = reader.mapping(field.value, "verify", field.key);
  const sealers = optionalText(reader, mapping, "sealers", "verify");
  if (sealers !== undefined) refuseOutside(reader, mapping, sealers);
  reader.refuseUnknown(mapping, "verify", ["paths", "allow", "scopes", "suites", "sealers"]);
  return {
    ...(sealers !== undefined && { sealers }),
    paths: readList(reader, mapping, "paths", (node, path) => reader.text(node, path, mapping.node)),
    scopes: readList(reader, mapping, "scopes", (node, path) =>
      readWord(reader, node, path, ["strict", "namespace", "cluster"]),
    ),
    suites: readList(reader, mapping, "suites", (node, path) =>
      readWord(reader, node, path, ["x25519", "mlkem768x25519"]),
    ),
    allow: readList(reader, mapping, "allow", (node, path) => readAllowance(reader, node, path)),
  };
}

function readList<T>(
  reader: NodeReader,
  mapping: Mapping,
  name: string,
  read: (node: ParsedNode, path: string) => T,
): T[] {
  const field = mapping.fields.get(name);
  if (field === undefined || reader.isNothing(field.value)) return [];
  return reader
    .items(field.value, `verify.${name}`, field.key)
    .map((node, index) => read(node, `verify.${name}[${index}]`));
}

function readWord(reader: NodeReader, node: ParsedNode, path: string, known: readonly string[]): string {
  const word = reader.text(node, path, node);
  if (known.includes(word)) return word;
  throw reader.error(
    node,
    `${path} must be one of ${known.join(", ")}`,
    `did you mean ${closest(word, known) ?? known[0]}?`,
  );
}

function readAllowance(reader: NodeReader, node: ParsedNode, path: string): Allowance {
  const mapping = reader.mapping(node, path, node);
  reader.refuseUnknown(mapping, path, ["path", "rule", "reason", "expires"]);
  const rule = optionalText(reader, mapping, "rule", path);
  const expires = optionalText(reader, mapping, "expires", path);
  if (expires !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(expires)) {
    throw reader.error(mapping.node, `${path}.expires must be a day`, 'such as expires: "2027-01-31"');
  }
  return {
    path: requiredText(reader, mapping, "path", path),
    reason: requiredText(reader, mapping, "reason", path),
    ...(rule !== undefined && { rule }),
    ...(expires !== undefined && { expires }),
  };
}
