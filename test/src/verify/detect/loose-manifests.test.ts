/** Secrets in what no YAML parser reads: by line and indentation. */
import { describe, expect, it } from "vitest";
import { detectLooseManifests, LOOSE_MANIFESTS } from "../../../../src/verify/detect/loose-manifests.ts";
import { found } from "../../../support/detect.ts";

const PLAIN = "kubernetes-secret-plaintext";
const secret = (body: string) => `apiVersion: v1\nkind: Secret\n${body}`;

describe("a text that no parser is tried on", () => {
  it.each([
    ["a Secret in a program", "a.go", "x := `kind: Secret\nstringData:\n  zone: harbour\n`\n", [`${PLAIN}: harbour`]],
    [
      "a Secret of Terraform",
      "a.tf",
      'resource "kubernetes_secret" "a" {\n  data = {\n    zone = "harbour"\n  }\n}\n',
      [`${PLAIN}: "harbour"`],
    ],
    [
      "an expression of a program",
      "a.tf",
      'resource "kubernetes_secret" "a" {\n  data = {\n    zone = var.zone\n  }\n}\n',
      [],
    ],
    [
      "a literal that a template puts out",
      "a.go",
      'kind: Secret\nstringData:\n  zone: {{ "harbour" | quote }}\n',
      [`${PLAIN}: {{ "harbour" | quote }}`],
    ],
    ["a value of a template", "a.go", "kind: Secret\nstringData:\n  zone: {{ .Values.zone }}\n", []],
    ["data of no Secret", "a.go", "kind: ConfigMap // Secret\ndata:\n  zone: harbour\n", []],
  ])("%s", (_, path, text, hits) => {
    expect(found(LOOSE_MANIFESTS, path, text)).toEqual(hits);
  });

  it("is none that a parser reads", () => {
    expect(found(LOOSE_MANIFESTS, "a.yaml", secret("stringData:\n  zone: harbour\n"))).toEqual([]);
  });

  it.each([
    ["nothing was said about a Secret", "a: b\n", "seen"],
    ["a Secret has its values where they are looked for", "kind: Secret\ndata:\n  a: b\n", "seen"],
    ["a Secret has no place for values that could be made out", "kind: Secret\nvalues: [\n", "blind"],
    ["a template puts the values there", 'kind: Secret\n{{- include "values" . }}\n', "seen"],
    ["one Secret of two cannot be made out", "kind: Secret\ndata: {}\n---\nkind: Secret\nx\n", "blind"],
  ])("is told as seen or not where %s", (_what, text, outcome) => {
    const passage = { path: "a.go", text, depth: 0, locate: (offset: number) => offset };
    expect(detectLooseManifests(passage, () => undefined)).toBe(outcome);
  });
});

describe("a line of a section", () => {
  it.each([
    ["at its end, with a comma", '  zone: "harbour",', `${PLAIN}: "harbour",`],
    ["before a comment", "  zone: harbour # of Genoa", `${PLAIN}: harbour # of Genoa`],
    ["over several lines", "  zone: |\n    harbour\n    castle", `${PLAIN}: |`],
    ["behind blank lines and comments", "\n  # of the sea\n\n  zone: harbour", `${PLAIN}: harbour`],
    ["between the marks of a conflict", "<<<<<<< ours\n  zone: harbour\n=======", `${PLAIN}: harbour`],
    [
      "as the default of something that is not set",
      '  zone: {{ default "harbour" .Values.zone }}',
      `${PLAIN}: {{ default "harbour" .Values.zone }}`,
    ],
  ])("is found %s", (_where, lines, hit) => {
    expect(found(LOOSE_MANIFESTS, "a.go", `kind: Secret\nstringData:\n${lines}\n`)).toEqual([hit]);
  });

  it("is judged no longer where the section ends", () => {
    const text = "kind: Secret\nstringData:\n  a: {{ .Values.a }}\nother:\n  zone: harbour\n";
    expect(found(LOOSE_MANIFESTS, "a.go", text)).toEqual([]);
  });
});
