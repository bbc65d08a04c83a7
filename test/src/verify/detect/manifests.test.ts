/** Secrets in documents, read as trees. */
import { describe, expect, it } from "vitest";
import { MANIFESTS } from "../../../../src/verify/detect/manifests.ts";
import { detected, found } from "../../../support/detect.ts";

const PLAIN = "kubernetes-secret-plaintext";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = (body: string) => `apiVersion: v1\nkind: Secret\n${body}`;

describe("a document", () => {
  it.each([
    ["a weak value of stringData", secret("stringData:\n  zone: harbour\n"), [`${PLAIN}: harbour`]],
    ["a value of data", secret(`data:\n  zone: ${base64("harbour")}\n`), [`${PLAIN}: ${base64("harbour")}`]],
    ["a placeholder", secret("stringData:\n  zone: changeme\n"), []],
    ["a reference", secret("stringData:\n  zone: $" + "{ZONE}\n"), []],
    ["a value under Ansible's tag", secret("stringData:\n  zone: !vault abc\n"), []],
    ["stringData of another kind", "kind: Other\nstringData:\n  zone: harbour\n", [`${PLAIN}: harbour`]],
    ["data of another kind", "kind: ConfigMap\ndata:\n  a: b\n  kind: Secret\n", []],
    ["values below a merge key", secret("stringData:\n  <<: {zone: harbour}\n"), [`${PLAIN}: harbour`]],
    ["an item of a List", "kind: List\nitems:\n- kind: Secret\n  stringData: {zone: harbour}\n", [`${PLAIN}: harbour`]],
    [
      "a literal of a generator",
      "secretGenerator:\n- literals: [zone=harbour]\n",
      ["secret-generator-literal: zone=harbour"],
    ],
    [
      "a Secret in a comment",
      "#kind: Secret\n#stringData:\n#  zone: harbour\na: {kind: Secret}\n",
      [`${PLAIN}: harbour`],
    ],
    ["a value that SOPS should have encrypted", "a: hunter2\nsops: {mac: x}\n", ["sops-plaintext: hunter2"]],
    ["a value that ejson should have", '{"_public_key": "ab", "a": "hunter2"}', ['ejson-plaintext: "hunter2"']],
    [
      "a value that kubeseal should have",
      "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {encryptedData: {a: hunter2}}\n",
      ["sealedsecret-not-sealed: hunter2"],
    ],
    ["no object that concerns us", "kind: Deployment\nspec: {a: hunter2}\n", []],
  ])("%s", (_, text, hits) => {
    expect(found(MANIFESTS, "a.yaml", text)).toEqual(hits);
  });

  it("with a Secret in a block of text tells the line of the value", () => {
    const text = "kind: ConfigMap\ndata:\n  a: |\n    kind: Secret\n    stringData:\n      zone: harbour\n";
    const [hit] = detected(MANIFESTS, "a.yaml", text).hits;
    expect([hit?.subject, text.slice(0, hit?.start).split("\n").length]).toEqual(["zone", 6]);
  });

  it("that is broken and names a Secret is never called clean", () => {
    expect(found(MANIFESTS, "a.yaml", "kind: Secret\n\t- [\n").map((hit) => hit.split(":")[0])).toEqual(["unreadable"]);
  });

  it("that is broken is read by its lines, and the others as they are", () => {
    const text = `${secret("stringData:\n  zone: [harbour\n  b: hunter2\n")}---\n${secret("stringData: {c: castle}\n")}`;
    expect(found(MANIFESTS, "a.yaml", text)).toContain(`${PLAIN}: castle`);
    expect(found(MANIFESTS, "a.yaml", text)).toContain(`${PLAIN}: hunter2`);
  });
});
