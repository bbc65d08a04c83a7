/** The text that `lacre edit` shows: keys with placeholders, and what the user made of it. No private key is needed. */
import { utf8 } from "../bytes.ts";
import { printScalar } from "../format/sealed/print.ts";
import { readDocuments } from "../format/yaml/documents.ts";
import { NodeReader } from "../format/yaml/nodes.ts";
import { errorAt, type Source } from "../format/yaml/source.ts";
import { isKey } from "../model/names.ts";
import { objectName, type SealedSecret, sortedKeys } from "../model/sealed-secret.ts";

/** Stands for a value that nobody here can read. A line left as it is keeps its token. */
const PLACEHOLDER = "<sealed>";

/** What the user changed: values to seal, and keys whose lines are gone. */
export type Edits = { readonly values: ReadonlyMap<string, Uint8Array>; readonly removed: readonly string[] };

/** The text for the editor. */
export function printBuffer(sealed: SealedSecret): string {
  return [
    `# ${objectName(sealed)}: replace ${PLACEHOLDER} to change a value, add a line for a new one,`,
    "# remove a line to remove the entry. Lines left as they are keep their sealed value.",
    "# Values are YAML text; put numbers and true/false in quotes.",
    ...sortedKeys(sealed.entries.keys()).map((key) => `${printScalar(key)}: ${PLACEHOLDER}`),
    "",
  ].join("\n");
}

/** What changed, or SECRET_INVALID or DOCUMENT_INVALID with the line to mend. */
export function readBuffer(source: Source, sealed: SealedSecret): Edits {
  const [document, ...more] = readDocuments(source);
  if (more.length > 0) throw errorAt(source, more[0]?.start ?? 0, "SECRET_INVALID", "only one document can be edited");
  const values = new Map<string, Uint8Array>();
  const kept = new Set<string>();
  if (document?.contents) {
    const reader = new NodeReader(document, "SECRET_INVALID");
    for (const [key, field] of reader.mapping(document.contents, "the file", document.contents).fields) {
      if (!isKey(key)) throw reader.error(field.key, "this key is not valid", "letters, digits, '-', '_' and '.'");
      const text = reader.text(field.value, key, field.key);
      if (text !== PLACEHOLDER) values.set(key, utf8(text));
      else if (sealed.entries.has(key)) kept.add(key);
      else throw reader.error(field.key, `${key} is new, but ${PLACEHOLDER} is no value`);
    }
  }
  const removed = [...sealed.entries.keys()].filter((key) => !kept.has(key) && !values.has(key));
  return { values, removed };
}
