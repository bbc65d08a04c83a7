/** What stands in the clear in the files of other tools. */
import { expect, it } from "vitest";
import { readTrees, type Tree } from "../../../../src/format/yaml/tree.ts";
import { detectBitnami, detectForeignTree, FLAT_SOPS } from "../../../../src/verify/detect/foreign-files.ts";
import type { Hit } from "../../../../src/verify/hit.ts";
import { found } from "../../../support/detect.ts";

function told(detect: typeof detectForeignTree, text: string): readonly string[] {
  const hits: Hit[] = [];
  detect(readTrees(text)[0]?.root as Tree, (hit) => hits.push(hit));
  return hits.map(({ rule, subject }) => `${rule}: ${subject}`);
}

const ENC = "ENC[AES256_GCM,data:p673w==,iv:YY=,tag:A=,type:str]";

it("of a document of SOPS: literals, hashes and public keys too, by their paths; no placeholders", () => {
  const text = `a: ${ENC}\nb: {c: hunter2}\nd: ssh-ed25519 AAAA\ne: changeme\nsops: {mac: m}\n`;
  expect(told(detectForeignTree, text)).toEqual(["sops-plaintext: b.c", "sops-plaintext: d"]);
});

it("of a document of SOPS: that its MAC is gone", () => {
  expect(told(detectForeignTree, `a: ${ENC}\nsops: {version: 3}\n`)).toEqual(["sops-metadata-incomplete: sops.mac"]);
});

it("a document of both SOPS and ejson is judged as one of SOPS", () => {
  expect(told(detectForeignTree, '{"_public_key": "hunter22", "sops": {"mac": "m"}}')).toEqual([
    "sops-plaintext: _public_key",
  ]);
});

it("of kubeseal: what it did not write; references and dots are left alone", () => {
  const text =
    'apiVersion: bitnami.com/v1\nkind: SealedSecret\nspec: {encryptedData: {a: hunter2, b: "AgB...", c: "{{ x }}"}}\n';
  expect(told(detectBitnami, text)).toEqual(["sealedsecret-not-sealed: a"]);
  expect(told(detectBitnami, text.replace("bitnami.com", "lacre.dev"))).toEqual([]);
});

it("of lines: in files of lines only, and not inside of others", () => {
  const text = `A=${ENC}\nB="hunter2"\nsops_mac=x\n`;
  expect(found(FLAT_SOPS, "a.env", text)).toEqual(['sops-plaintext: "hunter2"']);
  expect(found(FLAT_SOPS, "a.yaml", text)).toEqual([]);
  expect(found(FLAT_SOPS, "a.env", text, { depth: 1 })).toEqual([]);
});
