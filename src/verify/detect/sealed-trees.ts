/** Files that SOPS and ejson have encrypted leaf by leaf: a leaf that should be ciphertext and is not is a finding. */
import { type Tree, type TreeEntry, textAt, valueAt } from "../../format/yaml/tree.ts";
import type { Report } from "../hit.ts";
import { classifyValue } from "../value/value.ts";
import type { Detector } from "./detector.ts";

type Leaf = { readonly path: readonly string[]; readonly node: Extract<Tree, { kind: "text" }> };

/** Which leaves SOPS was told to encrypt: its own rules, as it stores them in the file. */
type Selection = (path: readonly string[]) => boolean;

const ENCRYPTED = /^ENC\[[A-Z0-9_]+,.*\]$/s;

/** True for a document that carries SOPS' metadata. */
export function isSopsDocument(root: Tree): boolean {
  const sops = valueAt(root, "sops");
  return (
    sops?.kind === "map" &&
    sops.entries.some(({ key }) => /^(?:mac|lastmodified|version|age|pgp|kms|gcp_kms|azure_kv|hc_vault)$/.test(key))
  );
}

function pattern(source: string | undefined): RegExp | undefined {
  try {
    return source === undefined || source === ""
      ? undefined
      : new RegExp(source.replace(/^\(\?i\)/, ""), source.startsWith("(?i)") ? "i" : "");
  } catch {
    return undefined;
  }
}

function selectionOf(read: (name: string) => string | undefined): Selection {
  const encryptedRegex = pattern(read("encrypted_regex"));
  const unencryptedRegex = pattern(read("unencrypted_regex"));
  const encryptedSuffix = read("encrypted_suffix");
  const suffix = read("unencrypted_suffix") ?? "_unencrypted";
  if (encryptedRegex !== undefined) return (path) => path.some((name) => encryptedRegex.test(name));
  if (unencryptedRegex !== undefined) return (path) => !path.some((name) => unencryptedRegex.test(name));
  if (encryptedSuffix) return (path) => path.some((name) => name.endsWith(encryptedSuffix));
  return (path) => suffix === "" || !path.some((name) => name.endsWith(suffix));
}

/** Every leaf once: aliases make trees that are larger than their text. */
function* leavesOf(node: Tree, path: readonly string[], seen: Set<Tree> = new Set()): Generator<Leaf> {
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === "map") for (const { key, value } of node.entries) yield* leavesOf(value, [...path, key], seen);
  else if (node.kind === "list") for (const item of node.items) yield* leavesOf(item, path, seen);
  else yield { path, node };
}

/** Everything in a SOPS document that its own rules wanted encrypted and that stands there in the clear. */
export function detectSops(root: Tree, report: Report): void {
  if (root.kind !== "map") return;
  const sops = valueAt(root, "sops");
  const read = (name: string) => textAt(sops, name);
  const selects = selectionOf(read);
  const hasCommentRules =
    read("encrypted_comment_regex") !== undefined || read("unencrypted_comment_regex") !== undefined;
  const leaves = root.entries
    .filter(({ key }) => key !== "sops")
    .flatMap(({ key, value }: TreeEntry) => [...leavesOf(value, [key])]);
  const isUntouched = !leaves.some(({ node }) => ENCRYPTED.test(node.text));
  for (const { path, node } of leaves) {
    if (hasCommentRules || !(selects(path) || isUntouched) || !isPlain(node.text)) continue;
    report({ rule: "sops-plaintext", start: node.start, end: node.end, subject: path.join("."), value: node.text });
  }
  if (read("mac") === undefined && !isUntouched && sops !== undefined) {
    report({ rule: "sops-metadata-incomplete", start: sops.start, end: sops.start, subject: "sops.mac", value: "" });
  }
}

function isPlain(text: string): boolean {
  if (ENCRYPTED.test(text)) return false;
  const kind = classifyValue(text);
  return kind === "literal" || kind === "hash" || kind === "public";
}

/** ejson: every string but those whose key begins with an underscore must be encrypted. */
export function detectEjson(root: Tree, report: Report): void {
  for (const { path, node } of leavesOf(root, [])) {
    if (
      node.style !== "quoted" ||
      path.some((name) => name.startsWith("_")) ||
      node.text.startsWith("EJ[") ||
      !isPlain(node.text)
    )
      continue;
    report({ rule: "ejson-plaintext", start: node.start, end: node.end, subject: path.join("."), value: node.text });
  }
}

const DOTENV_LINE = /^([ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*)(.*?)\r?$/gm;

/** SOPS' flat forms: metadata in sops_* variables, or in a section [sops]. */
export const FLAT_SOPS: Detector = {
  rules: ["sops-plaintext"],
  applies: ({ depth, kind }) => depth === 0 && kind.notation === "line",
  detect: ({ text }, report) => detectFlatSops(text, report),
};

function detectFlatSops(text: string, report: Report): void {
  if (!/^sops_(?:mac|version|lastmodified)[ \t]*=/m.test(text) && !/^\[sops\][\s\S]*^mac[ \t]*=/m.test(text)) return;
  const section = text.search(/^\[sops\]/m);
  const lines = [...text.slice(0, section === -1 ? text.length : section).matchAll(DOTENV_LINE)].filter(
    ([, , name = ""]) => !name.startsWith("sops_"),
  );
  const metadata = (name: string) => new RegExp(`^(?:sops_)?${name}[ \\t]*=[ \\t]*(.*?)\\r?$`, "m").exec(text)?.[1];
  const selects = selectionOf(metadata);
  const isUntouched = !lines.some(([, , , value = ""]) => ENCRYPTED.test(value));
  for (const line of lines) {
    const [whole, head = "", name = "", value = ""] = line;
    if (!(selects([name]) || isUntouched) || !isPlain(value.replace(/^(["'])(.*)\1$/, "$2"))) continue;
    report({
      rule: "sops-plaintext",
      start: line.index + head.length,
      end: line.index + whole.length,
      subject: name,
      value,
    });
  }
}
