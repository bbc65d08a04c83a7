/** The model as text. YAML for blocks, JSON where the source is JSON; the same input always gives the same bytes. */
import { stringify } from "yaml";
import { fromUtf8, toBase64 } from "../../bytes.ts";
import { type Entry, onlySlot, type Slot } from "../../model/entry.ts";
import { API_VERSION, KIND } from "../../model/kubernetes.ts";
import { DEFAULT_POLICY, type SealedSecret, sortedKeys } from "../../model/sealed-secret.ts";
import { OPAQUE, type PlainSecret, type SecretShape } from "../../model/secret.ts";

/** How a printed object fits into its surroundings: its column, the line end, and brackets instead of indentation. */
export type Layout = { readonly column: number; readonly eol: "\n" | "\r\n"; readonly flow: boolean };

/** The layout of a text of its own. */
export const TOP_LEVEL: Layout = { column: 0, eol: "\n", flow: false };

// compat quotes what YAML 1.1, and so kubectl, would read as something else; lineWidth 0 never folds a token.
const YAML_OPTIONS = { lineWidth: 0, compat: "yaml-1.1", aliasDuplicateObjects: false } as const;

/** The layout of the object that begins at an offset. */
export function layoutOf(text: string, start: number, flow: boolean): Layout {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  if (!flow) return { column: start - lineStart, eol, flow };
  const line = text.slice(lineStart, start);
  return { column: line.length - line.trimStart().length, eol, flow };
}

/** Any plain object as text that continues at `layout`. Blocks end with a line end, JSON does not. */
export function printObject(object: object, layout: Layout): string {
  return indentTo(layout.flow ? JSON.stringify(object, null, 2) : stringify(object, YAML_OPTIONS), layout);
}

function indentTo(text: string, layout: Layout): string {
  if (layout.column === 0 && layout.eol === "\n") return text;
  const indent = layout.eol + " ".repeat(layout.column);
  // A block ends with a line end of its own: what follows it is not indented. Empty lines carry no spaces.
  return text.replace(/\n(?!$|\n)/g, indent).replace(/\n(?=$|\n)/g, layout.eol);
}

/** One scalar as it stands in a block, quoted where it must be. */
export function printScalar(text: string): string {
  return stringify(text, YAML_OPTIONS).trimEnd();
}

function textObject(map: ReadonlyMap<string, string>): Record<string, string> | undefined {
  return map.size === 0 ? undefined : toObject(map);
}

/** A map as an object without a prototype: `__proto__` is a legal key. */
function toObject<T>(map: Iterable<readonly [string, T]>): Record<string, T> {
  const object: Record<string, T> = Object.create(null);
  for (const [key, value] of map) object[key] = value;
  return object;
}

/** Leaves out fields that are not set, so that nothing is printed for them. */
function compact(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function shapeObject(shape: SecretShape): Record<string, unknown> | undefined {
  const object = compact({
    type: shape.type === OPAQUE ? undefined : shape.type,
    immutable: shape.immutable ? true : undefined,
    labels: textObject(shape.labels),
    annotations: textObject(shape.annotations),
  });
  return Object.keys(object).length === 0 ? undefined : object;
}

function headObject(sealed: SealedSecret): object {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: compact({
      name: sealed.name,
      namespace: sealed.namespace === "" ? undefined : sealed.namespace,
      labels: textObject(sealed.labels),
      annotations: textObject(sealed.annotations),
    }),
  };
}

function settingsObject({ shape, policy }: SealedSecret): Record<string, unknown> {
  return compact({
    secret: shapeObject(shape),
    driftPolicy: policy.drift === DEFAULT_POLICY.drift ? undefined : policy.drift,
    adopt: policy.adopt === DEFAULT_POLICY.adopt ? undefined : policy.adopt,
    deletionPolicy: policy.deletion === DEFAULT_POLICY.deletion ? undefined : policy.deletion,
    suspend: policy.suspend ? true : undefined,
  });
}

/** A SealedSecret as text: keys and environments sorted, two lines a value, defaults left out. */
export function printSealedSecret(sealed: SealedSecret, layout: Layout): string {
  const keys = sortedKeys(sealed.entries.keys());
  const settings = settingsObject(sealed);
  if (layout.flow) {
    const entries = toObject(keys.map((key) => [key, entryObject(sealed.entries.get(key) as Entry)] as const));
    return printObject({ ...headObject(sealed), spec: { entries, ...settings } }, layout);
  }
  // A token is plain text by its alphabet: the library would look through each of its characters many times.
  const entries = keys.map((key) => `    ${printKey(key)}:\n${printEntry(sealed.entries.get(key) as Entry)}`);
  const list = entries.length === 0 ? "  entries: {}\n" : `  entries:\n${entries.join("")}`;
  const rest = Object.keys(settings).length === 0 ? "" : `  ${printObject(settings, { ...TOP_LEVEL, column: 2 })}`;
  return indentTo(`${stringify(headObject(sealed), YAML_OPTIONS)}spec:\n${list}${rest}`, layout);
}

/** Environments in order, as keys are. */
function inOrder(entry: Entry): readonly Slot[] {
  return [...entry].sort((a, b) => ((a.environment ?? "") < (b.environment ?? "") ? -1 : 1));
}

function entryObject(entry: Entry): object {
  const only = onlySlot(entry);
  if (only !== undefined) return { sealed: only.text };
  const slots = inOrder(entry).map(({ environment = "", text }) => [environment, { sealed: text }] as const);
  return { environments: toObject(slots) };
}

function printEntry(entry: Entry): string {
  const only = onlySlot(entry);
  if (only !== undefined) return `      sealed: ${only.text}\n`;
  const slots = inOrder(entry).map(
    ({ environment = "", text }) => `        ${printKey(environment)}:\n          sealed: ${text}\n`,
  );
  return `      environments:\n${slots.join("")}`;
}

const printedKeys = new Map<string, string>();

/** The same few keys come again and again in a large stream. */
function printKey(key: string): string {
  let printed = printedKeys.get(key);
  if (printed === undefined) {
    printed = printScalar(key);
    if (printedKeys.size < 1000) printedKeys.set(key, printed);
  }
  return printed;
}

/** The text of a value where it is text that survives YAML, else undefined: then it goes into data as base64. */
export function printableText(value: Uint8Array): string | undefined {
  const text = fromUtf8(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these do not survive a text file
  return text === undefined || /[\0-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\ufeff]/.test(text) ? undefined : text;
}

/** A Secret as the object that is printed: text in stringData, other bytes in data. */
export function secretObject(secret: PlainSecret): object {
  const data: [string, string][] = [];
  const stringData: [string, string][] = [];
  for (const [key, value] of secret.values) {
    const text = printableText(value);
    if (text === undefined) data.push([key, toBase64(value)]);
    else stringData.push([key, text]);
  }
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: compact({
      name: secret.name,
      namespace: secret.namespace === "" ? undefined : secret.namespace,
      labels: textObject(secret.shape.labels),
      annotations: textObject(secret.shape.annotations),
    }),
    ...compact({
      type: secret.shape.type,
      immutable: secret.shape.immutable ? true : undefined,
      data: data.length === 0 ? undefined : toObject(data),
      stringData: stringData.length === 0 ? undefined : toObject(stringData),
    }),
  };
}
