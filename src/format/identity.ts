/** What an object is called, whatever it was written in. */
import { isName, isNamespace } from "../model/names.ts";
import type { FieldReader, Mapping } from "./fields.ts";

/** Name and namespace of an object's metadata, validated. */
export function readIdentity<N>(
  reader: FieldReader<N>,
  metadata: Mapping<N>,
): { readonly namespace: string; readonly name: string } {
  const nameField = metadata.fields.get("name");
  if (nameField === undefined) {
    throw reader.error(
      metadata.node,
      "metadata.name is missing",
      "a sealed value is bound to its name: generateName cannot be sealed",
    );
  }
  const name = reader.text(nameField.value, "metadata.name", nameField.key);
  if (!isName(name))
    throw reader.error(nameField.key, "metadata.name is not a valid name", "lower-case letters, digits, '-' and '.'");
  const namespaceField = metadata.fields.get("namespace");
  if (namespaceField === undefined || reader.isNothing(namespaceField.value)) return { namespace: "", name };
  const namespace = reader.text(namespaceField.value, "metadata.namespace", namespaceField.key);
  if (!isNamespace(namespace)) {
    throw reader.error(
      namespaceField.key,
      "metadata.namespace is not a valid namespace",
      "lower-case letters, digits and '-'",
    );
  }
  return { namespace, name };
}
