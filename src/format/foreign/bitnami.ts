/** The SealedSecrets of kubeseal: everything under spec.encryptedData is ciphertext. */
import { decodeBase64 } from "../base64.ts";
import { type Tree, textAt, valueAt } from "../yaml/tree.ts";
import type { ForeignFormat, ForeignLeaf, LeafReader } from "./format.ts";

const WRAPPED_BYTES: readonly number[] = [256, 384, 512, 1024];
const TAG_BYTES = 16;

/** Length of the RSA-wrapped key (2 bytes), the wrapped key, AES-GCM ciphertext with its tag. */
function isCiphertext(text: string): boolean {
  const bytes = decodeBase64(text);
  if (bytes === undefined || bytes.length < 2) return false;
  const wrapped = (bytes.charCodeAt(0) << 8) | bytes.charCodeAt(1);
  return WRAPPED_BYTES.includes(wrapped) && bytes.length >= 2 + wrapped + TAG_BYTES;
}

function leaves(root: Tree): readonly ForeignLeaf[] {
  const data = valueAt(root, "spec", "encryptedData");
  if (data?.kind !== "map") return [];
  return data.entries.flatMap(({ key, value: node }) => {
    if (node.kind !== "text") return [];
    const { start, end, text } = node;
    return [{ path: [key], start, end, text, value: text, isSealed: isCiphertext(text), isMeant: true }];
  });
}

/** Bitnami's Sealed Secrets. */
export const BITNAMI: ForeignFormat & { readonly tree: LeafReader<Tree> } = {
  tool: "Sealed Secrets",
  opened: "kubectl get secret NAME -n NAMESPACE -o yaml | lacre seal",

  // The length of the wrapped key comes first: 0x0100, 0x0180 or 0x0200.
  value: /^A[QYg][A-D][A-Za-z0-9+/]{360,}={0,2}$/,
  traces: (text) => /encryptedData\s*:/.test(text),
  tree: {
    isOne: (root) =>
      textAt(root, "kind") === "SealedSecret" && textAt(root, "apiVersion")?.startsWith("bitnami.com/") === true,
    leaves,
  },
};
