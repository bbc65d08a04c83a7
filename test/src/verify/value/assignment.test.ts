/** The value behind a name, in every notation: found around the name. */
import { describe, expect, it } from "vitest";
import { fileKind } from "../../../../src/verify/text/file-kind.ts";
import { assignmentsOf, identifierAt } from "../../../../src/verify/value/assignment.ts";

/** The values of the first name that holds `stem`, each as it stands in the text. */
function valuesOf(path: string, text: string, stem = "assword"): readonly string[] {
  const identifier = identifierAt(text, text.toLowerCase().indexOf(stem));
  return identifier === undefined
    ? []
    : assignmentsOf(text, identifier, fileKind(path, text)).map(({ value }) => value);
}

describe("the value of a name", () => {
  it.each([
    ["YAML", "a.yaml", "password: hunter2 # note\n", ["hunter2"]],
    ["YAML in quotes", "a.yaml", 'password: "hunter 2"\n', ["hunter 2"]],
    ["a block of YAML", "a.yaml", "a:\n  password: |\n    one\n    two\nb: c\n", ["one\n    two"]],
    ["the line below, in YAML", "a.yaml", "password:\n  hunter2\n", ["hunter2"]],
    ["a list of YAML", "a.yaml", "passwords:\n  - one\n  - two\n", ["one", "two"]],
    ["a pair of YAML", "a.yaml", "- name: PASSWORD\n  value: hunter2\n", ["hunter2"]],
    ["a pair the other way round", "a.yaml", "- value: hunter2\n  name: PASSWORD\n", ["hunter2"]],
    ["JSON", "a.json", '{"password": "hunter2", "a": 1}', ["hunter2"]],
    ["JSON in a string", "a.json", '"{\\"password\\": \\"hunter2\\"}"', ["hunter2"]],
    ["a .env file", ".env", "PASSWORD=hunter2\n", ["hunter2"]],
    ["a shell", "a.sh", "export PASSWORD=hunter2; run\n", ["hunter2"]],
    ["an option of a command", "a.sh", "run --password hunter2\n", ["hunter2"]],
    ["Terraform", "a.tf", 'password = "hunter2"\n', ["hunter2"]],
    ["a variable of Terraform", "a.tf", 'variable "password" {\n  default = "hunter2"\n}\n', ["hunter2"]],
    ["XML", "a.xml", "<password>hunter2</password>", ["hunter2"]],
    ["CDATA", "a.xml", "<password><![CDATA[hunter2]]></password>", ["hunter2"]],
    ["a call", "a.py", 'password("hunter2")', ["hunter2"]],
    ["a program", "a.go", 'password := "hunter2"', ["hunter2"]],
    ["a parameter with its default", "a.yaml", "password:\n  type: string\n  default: hunter2\n", ["hunter2"]],
  ])("%s", (_, path, text, values) => {
    expect(valuesOf(path, text)).toEqual(values);
  });

  it.each([
    ["a message for when there is none", "a.sh", "$" + "{PASSWORD:?set it}"],
    ["a checksum of it", "a.yaml", "checksum/password: abc\n"],
    ["a mapping", "a.yaml", "password:\n  from: vault\n"],
    ["a tag that says where it is", "a.yaml", "password: !secret db\n"],
    ["a comparison", "a.go", 'if password == "hunter2"'],
    ["a list on another line", "a.yaml", "password: [\n"],
    ["the next item of a list", "a.yaml", "- value: hunter2\n- name: PASSWORD\n"],
  ])("%s is no value", (_, path, text) => {
    expect(valuesOf(path, text)).toEqual([]);
  });
});

it("an identifier is whole, without the dots and dashes around it, and has an end", () => {
  expect(identifierAt("a --db.password-- b", 8)).toEqual({ name: "db.password", start: 4, end: 15 });
  expect(identifierAt("x".repeat(300), 150)).toBeUndefined();
});
