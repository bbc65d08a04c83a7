/** SOPS: files encrypted value by value, as trees or as lines. Its own rules, stored in the file, say which values are. */
import { type Tree, textAt, valueAt } from "../yaml/tree.ts";
import type { ForeignFormat, ForeignLeaf, LeafReader } from "./format.ts";
import { textsOf } from "./leaves.ts";

const SEALED = /^ENC\[[A-Z0-9_]+,.*\]$/s;
const METADATA = /^(?:mac|lastmodified|version|age|pgp|kms|gcp_kms|azure_kv|hc_vault)$/;
const TRACES = /^\s*(?:"sops"|sops)["']?\s*:|^sops_\w+\s*=|^\[sops\]|ENC\[/m;

/** Which values SOPS was told to encrypt. */
type Selection = (path: readonly string[]) => boolean;

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

function isDocument(root: Tree): boolean {
  const sops = valueAt(root, "sops");
  return sops?.kind === "map" && sops.entries.some(({ key }) => METADATA.test(key));
}

/** Where rules by comments apply, nobody but SOPS can tell what was meant. A file without any ciphertext was meant whole. */
function treeLeaves(root: Tree): readonly ForeignLeaf[] {
  if (root.kind !== "map") return [];
  const read = (name: string) => textAt(root, "sops", name);
  const selects = selectionOf(read);
  const hasCommentRules =
    read("encrypted_comment_regex") !== undefined || read("unencrypted_comment_regex") !== undefined;
  const texts = root.entries
    .filter(({ key }) => key !== "sops")
    .flatMap(({ key, value }) => [...textsOf(value, [key])]);
  const isUntouched = !texts.some(({ node }) => SEALED.test(node.text));
  return texts.map(({ path, node: { start, end, text } }) => ({
    path,
    start,
    end,
    text,
    value: text,
    isSealed: SEALED.test(text),
    isMeant: !hasCommentRules && (isUntouched || selects(path)),
  }));
}

/** Where the MAC is missing by which SOPS notices that values were exchanged, or undefined. */
export function missingMac(root: Tree): number | undefined {
  const sops = valueAt(root, "sops");
  if (sops === undefined || textAt(sops, "mac") !== undefined) return undefined;
  return treeLeaves(root).some(({ isSealed }) => isSealed) ? sops.start : undefined;
}

const LINE = /^([ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*)(.*?)\r?$/gm;

/** Metadata in sops_* variables, or in a section [sops] at the end. */
function lineLeaves(text: string): readonly ForeignLeaf[] {
  const section = text.search(/^\[sops\]/m);
  const lines = [...text.slice(0, section === -1 ? text.length : section).matchAll(LINE)].filter(
    ([, , name = ""]) => !name.startsWith("sops_"),
  );
  const metadata = (name: string) => new RegExp(`^(?:sops_)?${name}[ \\t]*=[ \\t]*(.*?)\\r?$`, "m").exec(text)?.[1];
  const selects = selectionOf(metadata);
  const isUntouched = !lines.some(([, , , written = ""]) => SEALED.test(written));
  return lines.map((line) => {
    const [whole, head = "", name = "", written = ""] = line;
    const value = written.replace(/^(["'])(.*)\1$/, "$2");
    return {
      path: [name],
      start: line.index + head.length,
      end: line.index + whole.length,
      text: written,
      value,
      isSealed: SEALED.test(value),
      isMeant: isUntouched || selects([name]),
    };
  });
}

/** True for a text with SOPS' metadata, without which no ENC[...] opens, in any of its forms. */
export function hasSopsMetadata(text: string): boolean {
  return /^\s*["']?sops["']?\s*:|^sops_mac[ \t]*=|^\[sops\]/m.test(text);
}

/** The same for a document that no parser reads: only what begins its line counts. */
export function hasSopsKey(text: string): boolean {
  return /^["']?sops["']?\s*:/m.test(text);
}

const LINES: LeafReader<string> = {
  isOne: (text) => /^sops_(?:mac|version|lastmodified)[ \t]*=/m.test(text) || /^\[sops\][\s\S]*^mac[ \t]*=/m.test(text),
  leaves: lineLeaves,
};

/** SOPS. */
export const SOPS: ForeignFormat & { readonly tree: LeafReader<Tree>; readonly lines: LeafReader<string> } = {
  tool: "SOPS",
  opened: "sops decrypt FILE",

  value: /^ENC\[(?:AES256_GCM|SOPS),[^\]]*\]$/,
  traces: (text) => TRACES.test(text),
  tree: { isOne: isDocument, leaves: treeLeaves },
  lines: LINES,
};
