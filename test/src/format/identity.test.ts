/** Name and namespace of an object: they are what a sealed value is bound to. */
import { describe, expect, it } from "vitest";
import type { ParsedNode } from "yaml";
import { readIdentity } from "../../../src/format/identity.ts";
import { readDocuments, type SourceDocument } from "../../../src/format/yaml/documents.ts";
import { NodeReader } from "../../../src/format/yaml/nodes.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { refusalOf } from "../../support/refusal.ts";

function identity(text: string) {
  const document = [...readDocuments(decodeText("db.yaml", text))][0] as SourceDocument;
  const reader = new NodeReader(document, "MANIFEST_INVALID");
  const contents = document.contents as ParsedNode;
  return readIdentity(reader, reader.mapping(contents, "metadata", contents));
}

describe("the identity of an object", () => {
  it.each([
    ["both", "name: db.v1\nnamespace: shop\n", "shop", "db.v1"],
    ["no namespace", "name: db\n", "", "db"],
    ["an empty namespace", "name: db\nnamespace:\n", "", "db"],
    ["a name in quotes", 'name: "1"\n', "", "1"],
    ["more than is asked for", "name: db\nlabels: {a: b}\n", "", "db"],
  ])("is read where there is %s", (_what, text, namespace, name) => {
    expect(identity(text)).toEqual({ namespace, name });
  });

  it.each([
    ["no name", "namespace: shop\n", "db.yaml:1:1: metadata.name is missing"],
    ["a name that is made by the server", "generateName: db-\n", "db.yaml:1:1: metadata.name is missing"],
    ["a number for a name", "name: 1\n", "db.yaml:1:7: metadata.name is not text"],
    ["a name with capitals", "a: b\nname: DB\n", "db.yaml:2:1: metadata.name is not a valid name"],
    ["a name that leads elsewhere", "name: ../db\n", "db.yaml:1:1: metadata.name is not a valid name"],
    [
      "a namespace with a dot",
      "name: db\nnamespace: a.b\n",
      "db.yaml:2:1: metadata.namespace is not a valid namespace",
    ],
    ['a namespace that is ""', 'name: db\nnamespace: ""\n', "db.yaml:2:1: metadata.namespace is not a valid namespace"],
    ["a truth for a namespace", "name: db\nnamespace: true\n", "db.yaml:2:12: metadata.namespace is not text"],
  ])("is refused with %s, at its place", (_what, text, message) => {
    const refusal = refusalOf(() => identity(text));
    expect([refusal.code, refusal.message]).toEqual(["MANIFEST_INVALID", expect.stringContaining(message)]);
  });
});
