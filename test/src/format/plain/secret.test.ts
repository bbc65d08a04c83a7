/** A Kubernetes Secret as text: what is read of it, and what is refused, each with its place. */
import { describe, expect, it } from "vitest";
import type { ParsedNode } from "yaml";
import { toHex } from "../../../../src/bytes.ts";
import { isSecret, readSecret } from "../../../../src/format/plain/secret.ts";
import { readDocuments, type SourceDocument } from "../../../../src/format/yaml/documents.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import type { PlainSecret } from "../../../../src/model/secret.ts";
import { refusalOf } from "../../../support/refusal.ts";

const HEAD = "apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: shop }\n";
const documentOf = (text: string) => [...readDocuments(decodeText("db.yaml", text))][0] as SourceDocument;

function read(text: string): PlainSecret {
  const document = documentOf(text);
  return readSecret(document, document.contents as ParsedNode);
}

const shown = ({ values }: PlainSecret) => Object.fromEntries([...values].map(([key, value]) => [key, toHex(value)]));

it.each([
  ["a Secret", "apiVersion: v1\nkind: Secret\n", true],
  ["a Secret of another API", "apiVersion: example.org/v1\nkind: Secret\n", false],
  ["a Secret that names no API", "kind: Secret\n", false],
  ["another kind", "apiVersion: v1\nkind: ConfigMap\n", false],
  ["a list", "- kind: Secret\n", false],
])("%s is taken for a Secret: %j: %s", (_what, text, isIt) => {
  expect(isSecret(documentOf(text).contents)).toBe(isIt);
});

it("nothing is no Secret", () => {
  expect(isSecret(null)).toBe(false);
});

describe("the values of a Secret", () => {
  it.each([
    ["of data are bytes", "data: { A: AP8= }\n", { A: "00ff" }],
    ["of data may be empty", 'data: { A: "" }\n', { A: "" }],
    ["of stringData are text", "stringData: { A: é }\n", { A: "c3a9" }],
    ["of a block of text keep its line ends", "stringData:\n  A: |\n    a\n    b\n", { A: "610a620a" }],
    ["of stringData win, as in Kubernetes", "data: { A: YQ==, B: Yg== }\nstringData: { A: x }\n", { A: "78", B: "62" }],
    ["may be none", "data:\nstringData: {}\n", {}],
    [
      "may lie under a key that is a name of JavaScript",
      "stringData: { __proto__: a }\n",
      JSON.parse('{"__proto__": "61"}'),
    ],
  ])("%s", (_what, text, values) => {
    expect(shown(read(HEAD + text))).toEqual(values);
  });

  it.each([
    ["data that is no base64", "data: { A: not-base64! }\n", "db.yaml:4:12: data.A is not base64"],
    ["data of another base64", "data: { A: _w== }\n", "db.yaml:4:12: data.A is not base64"],
    ["data that is not the one way to write its bytes", "data: { A: YR== }\n", "db.yaml:4:12: data.A is not base64"],
    ["a number", "stringData: { A: 5432 }\n", "db.yaml:4:18: stringData.A is not text"],
    ["what kubectl reads as a truth", "stringData: { A: yes }\n", "db.yaml:4:18: stringData.A is not text"],
    ["nothing behind a key", "stringData: { A: }\n", "stringData.A is empty"],
    ["a key that is a path", "stringData: { ../A: a }\n", "db.yaml:4:15: a key of stringData is not valid"],
    ["a key that is there twice", "data: { A: YQ==, A: Yg== }\n", "db.yaml:4:18: data.A is there twice"],
    ["data that is a list", "data: [A]\n", "db.yaml:4:7: data must be a mapping"],
    ["a field that nobody knows", "stringdata: { A: a }\n", "unknown field stringdata"],
    ["a label that is a number", "", "metadata.labels.a is not text"],
    ["a type that is a number", "type: 5\n", "db.yaml:4:7: type is not text"],
    ["an immutable that is text", "immutable: 'true'\n", "db.yaml:4:12: immutable must be true or false"],
  ])("are refused with %s, under its place", (_what, text, message) => {
    const whole = text === "" ? HEAD.replace("name: db", "name: db, labels: { a: 1 }") : HEAD + text;
    const refusal = refusalOf(() => read(whole));
    expect([refusal.code, refusal.message]).toEqual(["SECRET_INVALID", expect.stringContaining(message)]);
  });

  it.each([
    ["of data", "data: { A: hunter2-not-base64! }\n"],
    ["of stringData", "stringData: { A: 47114711 }\n"],
  ])("%s are in no refusal", (_what, text) => {
    const { message, hint = "" } = refusalOf(() => read(HEAD + text));
    expect(message + hint).not.toMatch(/hunter2|4711/);
  });
});

describe("what a Secret looks like", () => {
  it("is what it says", () => {
    const text = HEAD.replace("name: db", "name: db, labels: { a: b }, annotations: { c: d }");
    expect(read(`${text}type: example.org/t\nimmutable: true\nstringData: { A: a }\n`).shape).toEqual({
      type: "example.org/t",
      immutable: true,
      labels: new Map([["a", "b"]]),
      annotations: new Map([["c", "d"]]),
    });
  });

  it("is the usual where it says nothing", () => {
    expect(read(HEAD).shape).toMatchObject({ type: "Opaque", immutable: false, labels: new Map() });
  });

  it("lacks the copies of the whole Secret that tools keep in the clear, and what the server added", () => {
    const metadata = [
      "metadata:",
      "  name: db",
      "  uid: u1",
      "  annotations:",
      "    kubectl.kubernetes.io/last-applied-configuration: hunter2",
      "    kubecfg.ksonnet.io/last-applied-configuration: hunter2",
      "    note: kept",
      "",
    ].join("\n");
    const { shape, namespace } = read(`apiVersion: v1\nkind: Secret\n${metadata}`);
    expect([[...shape.annotations.keys()], namespace]).toEqual([["note"], ""]);
  });
});
