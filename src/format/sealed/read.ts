/** A SealedSecret, as YAML or JSON node, into the model, remembering where each token stands so that it can be edited. */
import type { ParsedNode, Scalar, YAMLMap } from "yaml";
import { API_VERSION, isOfOurApi, KIND } from "../../model/kubernetes.ts";
import { isKey } from "../../model/names.ts";
import { DEFAULT_POLICY, type SealedSecret, type SyncPolicy } from "../../model/sealed-secret.ts";
import { OPAQUE, PLAIN_SHAPE, type SecretShape } from "../../model/secret.ts";
import { readIdentity } from "../plain/secret.ts";
import type { SourceDocument } from "../yaml/documents.ts";
import { type Field, isNothing, type Mapping, NodeReader, peekText } from "../yaml/nodes.ts";

/** Where an entry stands. The nodes' offsets count from the document's start. */
export type EntryPlace = { readonly key: Scalar.Parsed; readonly token: Scalar.Parsed; readonly body: YAMLMap.Parsed };

/** A SealedSecret, the node of its spec.entries, and where each entry stands in it. */
export type SealedPlaces = {
  readonly sealed: SealedSecret;
  readonly entries: YAMLMap.Parsed;
  readonly places: ReadonlyMap<string, EntryPlace>;
};

/** True for documents of our kind in any version: an unknown version is refused later, not passed over. */
export function isSealedSecret(node: ParsedNode | null): boolean {
  return peekText(node, "kind") === KIND && isOfOurApi(peekText(node, "apiVersion") ?? "");
}

/** The SealedSecret at a node, or MANIFEST_INVALID with the place of the mistake. Tokens are not looked into. */
export function readSealedSecret(document: SourceDocument, node: ParsedNode): SealedPlaces {
  const reader = new NodeReader(document, "MANIFEST_INVALID");
  const object = reader.mapping(node, "SealedSecret", node);
  reader.refuseUnknown(object, "", ["apiVersion", "kind", "metadata", "spec", "status"]);
  if (peekText(node, "apiVersion") !== API_VERSION) {
    throw reader.error(
      node,
      "this version of SealedSecret is not known",
      `this lacre reads ${API_VERSION}; the file may need a newer one`,
    );
  }
  const metadata = reader.mapping(object.fields.get("metadata")?.value ?? null, "metadata", node);
  const spec = reader.mapping(object.fields.get("spec")?.value ?? null, "spec", node);
  reader.refuseUnknown(spec, "spec", ["entries", "secret", "driftPolicy", "adopt", "deletionPolicy", "suspend"]);
  const entriesField = spec.fields.get("entries");
  if (entriesField === undefined) {
    throw reader.error(spec.node, "spec.entries is missing", "seal a Secret first: lacre seal secret.yaml");
  }
  const entries = reader.mapping(entriesField.value, "spec.entries", entriesField.key);
  const places = readEntries(reader, entries);
  return {
    sealed: {
      ...readIdentity(reader, metadata),
      labels: reader.textMap(metadata.fields.get("labels"), "metadata.labels"),
      annotations: reader.textMap(metadata.fields.get("annotations"), "metadata.annotations"),
      shape: readShape(reader, spec.fields.get("secret")),
      policy: readPolicy(reader, spec),
      entries: new Map([...places].map(([key, { token }]) => [key, token.value as string])),
    },
    entries: entries.node,
    places,
  };
}

function readEntries(reader: NodeReader, entries: Mapping): Map<string, EntryPlace> {
  const places = new Map<string, EntryPlace>();
  for (const [key, field] of entries.fields) {
    if (!isKey(key))
      throw reader.error(field.key, "a key of spec.entries is not valid", "letters, digits, '-', '_' and '.'");
    const path = `spec.entries.${key}`;
    const body = reader.mapping(field.value, path, field.key);
    reader.refuseUnknown(body, path, ["sealed"]);
    const sealed = body.fields.get("sealed");
    if (sealed === undefined)
      throw reader.error(field.key, `${path}.sealed is missing`, `seal a value: lacre set FILE ${key}`);
    reader.text(sealed.value, `${path}.sealed`, sealed.key);
    places.set(key, { key: field.key, token: sealed.value as Scalar.Parsed, body: body.node });
  }
  return places;
}

function readPolicy(reader: NodeReader, spec: Mapping): SyncPolicy {
  const choose = <const T extends string>(name: string, choices: readonly T[], otherwise: T): T => {
    const field = spec.fields.get(name);
    if (field === undefined) return otherwise;
    const text = reader.text(field.value, `spec.${name}`, field.key);
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw reader.error(field.key, `spec.${name} is none of: ${choices.join(", ")}`);
    return choice;
  };
  const suspend = spec.fields.get("suspend");
  return {
    drift: choose("driftPolicy", ["Correct", "Detect", "Ignore"], DEFAULT_POLICY.drift),
    adopt: choose("adopt", ["Never", "IfUnowned", "Merge"], DEFAULT_POLICY.adopt),
    deletion: choose("deletionPolicy", ["Delete", "Orphan"], DEFAULT_POLICY.deletion),
    suspend:
      suspend === undefined ? DEFAULT_POLICY.suspend : reader.boolean(suspend.value, "spec.suspend", suspend.key),
  };
}

function readShape(reader: NodeReader, field: Field | undefined): SecretShape {
  if (field === undefined || isNothing(field.value)) return PLAIN_SHAPE;
  const secret = reader.mapping(field.value, "spec.secret", field.key);
  reader.refuseUnknown(secret, "spec.secret", ["type", "immutable", "labels", "annotations"]);
  const type = secret.fields.get("type");
  const immutable = secret.fields.get("immutable");
  return {
    type: type === undefined ? OPAQUE : reader.text(type.value, "spec.secret.type", type.key),
    immutable:
      immutable === undefined ? false : reader.boolean(immutable.value, "spec.secret.immutable", immutable.key),
    labels: reader.textMap(secret.fields.get("labels"), "spec.secret.labels"),
    annotations: reader.textMap(secret.fields.get("annotations"), "spec.secret.annotations"),
  };
}
