/** The text that `lacre edit` shows: keys with placeholders, and what the user made of it. No private key is needed. */
import { utf8 } from "../bytes.ts";
import { printScalar } from "../format/sealed/print.ts";
import { readDocuments } from "../format/yaml/documents.ts";
import { type Field, NodeReader } from "../format/yaml/nodes.ts";
import { errorAt, type Source } from "../format/yaml/source.ts";
import { type Entry, onlySlot } from "../model/entry.ts";
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
  if (more.length > 0)
    throw errorAt(
      source,
      more[0]?.start ?? 0,
      "SECRET_INVALID",
      "only one document can be edited",
      "remove the lines of ---",
    );
  const values = new Map<string, Uint8Array>();
  const kept = new Set<string>();
  if (document?.contents) {
    const reader = new NodeReader(document, "SECRET_INVALID");
    for (const [key, field] of reader.mapping(document.contents, "the file", document.contents).fields) {
      const text = readLine(reader, key, field, sealed.entries.get(key));
      if (text === PLACEHOLDER) kept.add(key);
      else values.set(key, utf8(text));
    }
  }
  const removed = [...sealed.entries.keys()].filter((key) => !kept.has(key) && !values.has(key));
  const slotted = removed.find((key) => onlySlot(sealed.entries.get(key) as Entry) === undefined);
  if (slotted !== undefined) throw errorAt(source, 0, "SECRET_INVALID", `${slotted} ${SLOTTED}`, SLOTTED_HINT);
  return { values, removed };
}

const SLOTTED = "has a value for each environment";
const SLOTTED_HINT =
  "to change one of them is what --env will say, which this lacre does not know yet: leave the line as it is";

/** What a line says: a new value, or the placeholder of one that stays. */
function readLine(reader: NodeReader, key: string, field: Field, entry: Entry | undefined): string {
  if (!isKey(key)) throw reader.error(field.key, "this key is not valid", "letters, digits, '-', '_' and '.'");
  const text = reader.text(field.value, key, field.key);
  if (text === PLACEHOLDER && entry === undefined)
    throw reader.error(field.key, `${key} is new, but ${PLACEHOLDER} is no value`);
  if (text !== PLACEHOLDER && entry !== undefined && onlySlot(entry) === undefined)
    throw reader.error(field.key, `${key} ${SLOTTED}`, SLOTTED_HINT);
  return text;
}
