/** Kubernetes objects and their relatives, read as trees: every value of a Secret counts, however weak and whatever its name. */

import { VAULT_TAG } from "../../format/foreign/ansible.ts";
import { SOPS } from "../../format/foreign/sops.ts";
import { readTrees, type Tree, type TreeDocument, textAt, valueAt, walk } from "../../format/yaml/tree.ts";
import type { Passage, Report } from "../hit.ts";
import { ruleInSecret, type SecretPlace } from "../value/secret-value.ts";
import type { Detector } from "./detector.ts";
import { detectBitnami, detectForeignTree } from "./foreign-files.ts";
import { detectLooseManifests, isReadAsTree } from "./loose-manifests.ts";

/** Only a document that holds one of these is worth a parser's time. */
const CONCERNS =
  /[:?=]\s*[!&|>+\-\w ]*\s*["']?(?:Sealed|Sops)?Secret(?:List)?["']?\s*(?:[,}\n\r#]|$)|kind[^\n]*S\\|stringData|secretGenerator|literals|["']?sops["']?\s*:|encryptedData|_public_key|\\[xuU][0-9a-fA-F]{2}|\bfake\s*:/;
const MAX_TREE_CHARACTERS = 4 * 1024 * 1024;
const MAX_DEPTH = 4;

const COMMENTED_OUT = /^[ \t]*#[ \t]*kind:[ \t]*["']?Secret["']?[ \t]*\r?$/m;

/** The comments without their marks, every character where it was: a Secret that was commented out is still there to read. */
function onlyComments(text: string): string {
  return text.replace(/^.*$/gm, (line) => (/^[ \t]*#/.test(line) ? line.replace("#", " ") : " ".repeat(line.length)));
}

/** What stands in plain sight in the documents of a text that a parser reads. */
export const MANIFESTS: Detector = {
  rules: [
    "kubernetes-secret-plaintext",
    "sealed-token-in-secret",
    "secret-generator-literal",
    "sealedsecret-not-sealed",
    "sops-plaintext",
    "sops-metadata-incomplete",
    "ejson-plaintext",
    "unreadable",
  ],
  applies: isReadAsTree,
  detect: ({ path, text, depth }, report) => detectManifests({ path, text, depth, locate: (offset) => offset }, report),
};

function detectManifests(passage: Passage, report: Report): void {
  const { text } = passage;
  if (!CONCERNS.test(text)) return;
  if (COMMENTED_OUT.test(text)) detectLooseManifests({ ...passage, text: onlyComments(text) }, report);
  if (text.length > MAX_TREE_CHARACTERS) detectLooseManifests(passage, report);
  else for (const document of readTrees(text, CONCERNS)) judgeDocument(passage, document, report);
}

function judgeDocument(passage: Passage, { start, end, root, isBroken }: TreeDocument, report: Report): void {
  if (isBroken) {
    const text = passage.text.slice(start, end);
    const outcome = detectLooseManifests(
      { ...passage, text, locate: (offset) => passage.locate(start + offset) },
      report,
    );
    const at = passage.locate(start);
    // It never fails open: what names a Secret and cannot be read cannot be called clean.
    if (outcome === "blind")
      report({ rule: "unreadable", start: at, end: at, subject: "a broken document that names a Secret", value: "" });
    return;
  }
  if (root === undefined) return;
  const at: Report = (hit) => report({ ...hit, start: passage.locate(hit.start), end: passage.locate(hit.end) });
  const isSops = SOPS.tree.isOne(root);
  detectForeignTree(root, at);
  for (const node of walk(root)) {
    if (node.kind === "map") judgeMap(node, { isSops }, at);
    else if (node.kind === "text") judgeNested(passage, node, report);
  }
}

function judgeMap(node: Tree, document: Pick<SecretPlace, "isSops">, report: Report): void {
  const kind = textAt(node, "kind");
  if (kind === "Secret") {
    judgeValues(valueAt(node, "data"), { ...document, isBase64: true }, report);
    judgeValues(valueAt(node, "stringData"), { ...document, isBase64: false }, report);
    return;
  }
  detectBitnami(node, report);
  // Whatever the kind is called, stringData holds what a Secret will hold.
  judgeValues(valueAt(node, "stringData"), { ...document, isBase64: false }, report);
  judgeGenerators(valueAt(node, "secretGenerator"), report);
  const fake = valueAt(node, "fake", "data");
  if (fake?.kind === "list")
    for (const item of fake.items)
      judgeValue("fake.data", valueAt(item, "value"), { ...document, isBase64: false }, report);
}

/** Maps below a merge key, or below data of a policy that generates a Secret, hold values like those beside them. */
const INNER: ReadonlySet<string> = new Set(["<<", "data", "stringData"]);

function judgeValues(map: Tree | undefined, place: SecretPlace, report: Report, depth = 0): void {
  if (map?.kind !== "map") return;
  for (const { key, value } of map.entries) {
    if (value.kind === "text") judgeValue(key, value, place, report);
    else if (depth < 2 && INNER.has(key))
      judgeValues(value, { ...place, isBase64: place.isBase64 && key !== "stringData" }, report, depth + 1);
  }
}

function judgeValue(key: string, node: Tree | undefined, place: SecretPlace, report: Report): void {
  if (node?.kind !== "text" || node.tag === VAULT_TAG) return;
  const rule = ruleInSecret(node.text, place, "kubernetes-secret-plaintext");
  if (rule !== undefined) report({ rule, start: node.start, end: node.end, subject: key, value: node.text });
}

function judgeGenerators(list: Tree | undefined, report: Report): void {
  if (list?.kind !== "list") return;
  for (const item of list.items) {
    const literals = valueAt(item, "literals");
    if (literals?.kind !== "list") continue;
    for (const literal of literals.items) if (literal.kind === "text") judgeLiteral(literal, report);
  }
}

function judgeLiteral(node: Extract<Tree, { kind: "text" }>, report: Report): void {
  const [, key = "", quoted = ""] = /^([^=]*)=(.*)$/s.exec(node.text) ?? [];
  const value = quoted.replace(/^(["'])(.*)\1$/s, "$2");
  const rule = ruleInSecret(value, { isBase64: false }, "secret-generator-literal");
  if (rule !== undefined) report({ rule, start: node.start, end: node.end, subject: key, value });
}

/** Documents inside a string: a ConfigMap's file, an annotation, Helm values in an Argo application. */
function judgeNested(passage: Passage, node: Extract<Tree, { kind: "text" }>, report: Report): void {
  const { text } = node;
  if (passage.depth >= MAX_DEPTH || text.length < 20 || !/[\n{]/.test(text) || !CONCERNS.test(text)) return;
  const locate = (offset: number): number => passage.locate(locateIn(passage.text, node, offset));
  detectManifests({ path: passage.path, text, depth: passage.depth + 1, locate }, report);
}

/** Line n of a block scalar stands n lines below its indicator; anything else is found at its beginning. */
function locateIn(text: string, node: Extract<Tree, { kind: "text" }>, offset: number): number {
  if (node.style !== "block") return node.start;
  let at = node.start;
  const lines = node.text.slice(0, offset).split("\n").length;
  for (let line = 0; line < lines; line++) at = text.indexOf("\n", at) + 1;
  return at === 0 ? node.start : at;
}
