/** Files that other tools encrypt value by value: a value that should be ciphertext and is not is a finding. */
import { BITNAMI } from "../../format/foreign/bitnami.ts";
import { EJSON } from "../../format/foreign/ejson.ts";
import type { ForeignLeaf } from "../../format/foreign/format.ts";
import { missingMac, SOPS } from "../../format/foreign/sops.ts";
import type { Tree } from "../../format/yaml/tree.ts";
import type { Hit, Report } from "../hit.ts";
import { isTokenInSecret } from "../value/secret-value.ts";
import { classifyValue } from "../value/value.ts";
import type { Detector } from "./detector.ts";

function hitOf({ path, start, end, text }: ForeignLeaf, rule: Hit["rule"]): Hit {
  return { rule, start, end, subject: path.join("."), value: text };
}

/** In a file of its own every text is a value, so a hash or a public key is one that was meant to be encrypted too. */
function isInTheClear({ isSealed, isMeant, value }: ForeignLeaf): boolean {
  if (isSealed || !isMeant) return false;
  const kind = classifyValue(value);
  return kind === "literal" || kind === "hash" || kind === "public";
}

/** Reports what stands in the clear in a document of SOPS or of ejson. */
export function detectForeignTree(root: Tree, report: Report): void {
  if (SOPS.tree.isOne(root)) {
    for (const leaf of SOPS.tree.leaves(root)) if (isInTheClear(leaf)) report(hitOf(leaf, "sops-plaintext"));
    const at = missingMac(root);
    if (at !== undefined)
      report({ rule: "sops-metadata-incomplete", start: at, end: at, subject: "sops.mac", value: "" });
  } else if (EJSON.tree.isOne(root)) {
    for (const leaf of EJSON.tree.leaves(root)) if (isInTheClear(leaf)) report(hitOf(leaf, "ejson-plaintext"));
  }
}

/** Reports what kubeseal did not write, where a map is one of its SealedSecrets. */
export function detectBitnami(node: Tree, report: Report): void {
  if (!BITNAMI.tree.isOne(node)) return;
  for (const leaf of BITNAMI.tree.leaves(node)) {
    if (isTokenInSecret(leaf.text, { isBase64: true })) report(hitOf(leaf, "sealed-token-in-secret"));
    else if (!leaf.isSealed && classifyValue(leaf.value) === "literal" && !/\.{3,}/.test(leaf.value))
      report(hitOf(leaf, "sealedsecret-not-sealed"));
  }
}

/** Files of lines that SOPS encrypts. */
export const FLAT_SOPS: Detector = {
  rules: ["sops-plaintext"],
  applies: ({ depth, kind, text }) => depth === 0 && kind.notation === "line" && SOPS.lines.isOne(text),
  detect({ text }, report) {
    for (const leaf of SOPS.lines.leaves(text)) if (isInTheClear(leaf)) report(hitOf(leaf, "sops-plaintext"));
  },
};
