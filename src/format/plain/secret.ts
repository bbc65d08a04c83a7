/** A Kubernetes Secret, as YAML or JSON node, into a PlainSecret. */
import type { ParsedNode } from "yaml";
import { fromBase64, utf8 } from "../../bytes.ts";
import { isKey } from "../../model/names.ts";
import { OPAQUE, type PlainSecret, type SecretShape } from "../../model/secret.ts";
import { readIdentity } from "../identity.ts";
import type { SourceDocument } from "../yaml/documents.ts";
import { type Field, type Mapping, NodeReader, peekText } from "../yaml/nodes.ts";

const KNOWN_FIELDS = ["apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData"];
// They hold the whole Secret in the clear, put there by kubectl and kubecfg.
const PLAINTEXT_ANNOTATIONS = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "kubecfg.ksonnet.io/last-applied-configuration",
];

/** True for `apiVersion: v1`, `kind: Secret`. */
export function isSecret(node: ParsedNode | null): boolean {
  return peekText(node, "kind") === "Secret" && peekText(node, "apiVersion") === "v1";
}

/** The Secret at a node, or SECRET_INVALID with the place of the mistake. Server-side fields are left out. */
export function readSecret(document: SourceDocument, node: ParsedNode): PlainSecret {
  const reader = new NodeReader(document, "SECRET_INVALID");
  const secret = reader.mapping(node, "Secret", node);
  const sops = secret.fields.get("sops");
  if (sops !== undefined)
    throw reader.error(sops.key, "this Secret is sealed by SOPS", "open it first: sops decrypt FILE | lacre seal");
  reader.refuseUnknown(secret, "", KNOWN_FIELDS);
  const metadata = reader.mapping(secret.fields.get("metadata")?.value ?? null, "metadata", node);
  const values = readValues(reader, secret);
  return { ...readIdentity(reader, metadata), shape: readShape(reader, secret, metadata), values };
}

function readShape(reader: NodeReader, secret: Mapping, metadata: Mapping): SecretShape {
  const type = secret.fields.get("type");
  const immutable = secret.fields.get("immutable");
  const annotations = reader.textMap(metadata.fields.get("annotations"), "metadata.annotations");
  for (const name of PLAINTEXT_ANNOTATIONS) annotations.delete(name);
  return {
    type: type === undefined ? OPAQUE : reader.text(type.value, "type", type.key),
    immutable: immutable === undefined ? false : reader.boolean(immutable.value, "immutable", immutable.key),
    labels: reader.textMap(metadata.fields.get("labels"), "metadata.labels"),
    annotations,
  };
}

/** data and stringData together; stringData wins, as in Kubernetes. */
function readValues(reader: NodeReader, secret: Mapping): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  eachValue(reader, secret.fields.get("data"), "data", (key, text, field) => {
    const bytes = fromBase64(text);
    if (bytes === undefined)
      throw reader.error(field.value ?? field.key, `data.${key} is not base64`, "plain text goes into stringData");
    values.set(key, bytes);
  });
  eachValue(reader, secret.fields.get("stringData"), "stringData", (key, text) => values.set(key, utf8(text)));
  return values;
}

function eachValue(
  reader: NodeReader,
  field: Field | undefined,
  path: string,
  take: (key: string, text: string, field: Field) => void,
): void {
  if (field === undefined || reader.isNothing(field.value)) return;
  for (const [key, entry] of reader.mapping(field.value, path, field.key).fields) {
    if (!isKey(key)) {
      throw reader.error(
        entry.key,
        `a key of ${path} is not valid`,
        "letters, digits, '-', '_' and '.', and not '..' at its start",
      );
    }
    take(key, reader.text(entry.value, `${path}.${key}`, entry.key), entry);
  }
}
