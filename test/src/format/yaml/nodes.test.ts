/** Typed access to YAML: what is not exactly what was expected is refused where it stands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocuments, type SourceDocument } from "../../../../src/format/yaml/documents.ts";
import { NodeReader, peekText } from "../../../../src/format/yaml/nodes.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import { refusalOf } from "../../../support/refusal.ts";

function parse(text: string) {
  const [document] = readDocuments(decodeText("s.yaml", text));
  const { contents } = document as SourceDocument;
  if (contents === null) throw new Error("the test's document is empty");
  return { reader: new NodeReader(document as SourceDocument, "SECRET_INVALID"), root: contents };
}

/** The field `a` of a mapping, and a reader for it. */
function fieldOf(text: string) {
  const { reader, root } = parse(text);
  const field = reader.mapping(root, "it", root).fields.get("a");
  if (field === undefined) throw new Error("the test's document has no a");
  return { reader, field, value: field.value, key: field.key };
}

describe("a mapping", () => {
  it("has its fields by name, in order", () => {
    const { reader, root } = parse("b: 1\n'true': 2\n'c d': 3\n\"2024\": 4\n1.2.3: 5\n");
    expect([...reader.mapping(root, "it", root).fields.keys()]).toEqual(["b", "true", "c d", "2024", "1.2.3"]);
  });

  it.each(["yes", "n", "true", "null", "~", "1.10", "0755", "0x1f", "2024", "12:30", "1_000", "2020-01-01"])(
    "with the key %s without quotes is refused: kubectl would make another key of it",
    (key) => {
      const { reader, root } = parse(`b: 1\n${key}: 2\n`);
      const refusal = refusalOf(() => reader.mapping(root, "it", root));
      expect([refusal.message, refusal.hint]).toEqual([
        "s.yaml:2:1: a key of it is not text: YAML reads it as a number, a date or true/false",
        "put it in quotes",
      ]);
      const quoted = parse(`b: 1\n"${key}": 2\n`);
      expect([...quoted.reader.mapping(quoted.root, "it", quoted.root).fields.keys()]).toEqual(["b", key]);
    },
  );

  const refused: readonly (readonly [string, string, string])[] = [
    ["a list in its place", "- a\n", "1:1: it must be a mapping of keys to values"],
    ["a key that is there twice", "b: 1\nb: 2\n", "2:1: it.b is there twice"],
    ["one key written in two ways", "b: 1\n'b': 2\n", "2:1: it.b is there twice"],
    ["a merge key", "<<: {b: 1}\n", "1:1: merge keys (<<) are not supported here"],
    ["a key that is a list", "? [b]\n: 1\n", "1:3: a key of it is not plain text"],
    ["an anchor on it", "&x\nb: 1\n", "anchors are not supported here"],
    ["an anchor on a key", "&x b: 1\n", "anchors are not supported here"],
    ["an alias as a key", "b: &x c\n*x : 1\n", "2:1: a key of it is not plain text"],
    ["a tag on it", "!mine\nb: 1\n", "the tag on it is not supported"],
    ["a tag on a key", "!mine b: 1\n", "the tag on it is not supported"],
  ];
  it.each(refused)("with %s is refused with its place", (_what, text, message) => {
    const { reader, root } = parse(text);
    const refusal = refusalOf(() => reader.mapping(root, "it", root));
    expect([refusal.code, refusal.message]).toEqual(["SECRET_INVALID", expect.stringContaining(message)]);
  });

  it("that is not there is missed where its key stands", () => {
    const { reader, value, key } = fieldOf("b: 1\na:\n");
    for (const work of [() => reader.mapping(value, "it", key), () => reader.items(value, "it", key)])
      expect(refusalOf(work).message).toMatch(/^s\.yaml:2:/);
  });

  it("counts the places of a later document from the start of the file", () => {
    const [, second] = readDocuments(decodeText("s.yaml", "a: 1\n---\n- b\n"));
    const reader = new NodeReader(second as SourceDocument, "MANIFEST_INVALID");
    const root = second?.contents;
    if (!root) throw new Error("no second document");
    const refusal = refusalOf(() => reader.mapping(root, "it", root));
    expect(refusal).toMatchObject({ code: "MANIFEST_INVALID", message: expect.stringContaining("s.yaml:3:1: ") });
  });

  it("of other fields than are known is refused with the one that was probably meant", () => {
    const { reader, root } = parse("metdata: 1\n");
    const mapping = reader.mapping(root, "it", root);
    const known = ["kind", "metadata"];
    expect(refusalOf(() => reader.refuseUnknown(mapping, "", known))).toMatchObject({
      message: "s.yaml:1:1: unknown field metdata",
      hint: "did you mean metadata?",
    });
    expect(refusalOf(() => reader.refuseUnknown(mapping, "spec", ["kind"]))).toMatchObject({
      message: "s.yaml:1:1: unknown field spec.metdata",
      hint: "mend the place that is named; nothing was written",
    });
    expect(reader.refuseUnknown(mapping, "", ["metdata"])).toBeUndefined();
  });
});

describe("a text", () => {
  const textOf = (written: string) => {
    const { reader, value, key } = fieldOf(`a: ${written}\n`);
    return reader.text(value, "it", key);
  };

  const taken: readonly (readonly [string, string])[] = [
    ["plain words", "plain words"],
    ['"5432"', "5432"],
    ["'yes'", "yes"],
    ['""', ""],
    ["|\n  two\n  lines", "two\nlines\n"],
    ["!!str yesterday", "yesterday"],
    ["1.2.3", "1.2.3"],
    ["10.0.0.1", "10.0.0.1"],
    ["v1", "v1"],
    ["yesterday", "yesterday"],
    ["0x", "0x"],
    ["2024-1", "2024-1"],
    ["'\u{1f511}'", "\u{1f511}"],
  ];
  it.each(taken)("that is written %s is %j", (written, expected) => {
    expect(textOf(written)).toBe(expected);
  });

  // YAML 1.2 reads the first of these as numbers and words of its own, YAML 1.1 all of them: kubectl would send something else.
  const others =
    `5432 -1 3.14 1e3 true null ~ 0x1F .inf yes No ON off y N 0755 0b101 1_000 1:30 190:20:30 1:20.5 0_7 +12 .5 1. 1.e+3
    2024-01-31 2024-1-31 2024-01-31T10:00:00Z`.split(/\s+/);
  it.each(others)("that is written %s is none", (written) => {
    expect(refusalOf(() => textOf(written))).toMatchObject({ code: "SECRET_INVALID", hint: expect.any(String) });
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "it is empty"],
    ["a list", "[x]", "it must be text"],
    ["a mapping", "{x: y}", "it must be text"],
    ["an alias", "*x", "aliases are not supported here"],
    ["an anchor", "&x one", "anchors are not supported here"],
    ["bytes", "!!binary aGk=", "the tag on it is not supported"],
    ["half a character", '"\\ud800"', "it holds half of a Unicode character"],
  ];
  it.each(refused)("with %s in its place is refused", (_what, written, message) => {
    const refusal = refusalOf(() => textOf(written));
    expect([refusal.code, refusal.message]).toEqual(["SECRET_INVALID", expect.stringContaining(message)]);
  });

  it("is never quoted in what refuses it", () => {
    for (const written of ["0777123", "[hunter2]", "!mine hunter2", "&x hunter2"]) {
      expect(refusalOf(() => textOf(written)).message).not.toMatch(/hunter|0777123/);
    }
  });

  it("that comes back through quotes is any well-formed one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(textOf(JSON.stringify(text))).toBe(text);
      }),
    );
  });
});

describe("other values", () => {
  it("true and false are those two words and nothing else", () => {
    const read = (written: string) => {
      const { reader, value, key } = fieldOf(`a: ${written}\n`);
      return reader.boolean(value, "it", key);
    };
    expect([read("true"), read("false")]).toEqual([true, false]);
    for (const written of ['"true"', "yes", "1", "", "[true]"]) {
      expect(refusalOf(() => read(written)).message).toContain("it must be true or false");
    }
  });

  it("a list has its items, and is a list", () => {
    const { reader, value, key } = fieldOf("a: [x, y]\n");
    expect(reader.items(value, "it", key)).toHaveLength(2);
    const other = fieldOf("a: x\n");
    expect(refusalOf(() => other.reader.items(other.value, "it", other.key)).message).toBe(
      "s.yaml:1:4: it must be a list",
    );
  });

  it("a mapping of texts may be missing or empty, and each text in it is one", () => {
    const read = (text: string) => {
      const { reader, field } = fieldOf(text);
      return [...reader.textMap(field, "labels")];
    };
    const { reader } = parse("a: 1\n");
    expect([...reader.textMap(undefined, "labels"), ...read("a:\n"), ...read("a: {}\n"), ...read("a: ~\n")]).toEqual(
      [],
    );
    expect(read("a: {x: one, z: ''}\n")).toEqual([
      ["x", "one"],
      ["z", ""],
    ]);
    expect(refusalOf(() => read("a: {x: 1}\n")).message).toContain("labels.x is not text");
  });
});

describe("an empty text", () => {
  it.each(["''", '""', "! ''"])("is meant where it is written: %s", (written) => {
    const { reader, value, key } = fieldOf(`a: ${written}\n`);
    expect(reader.text(value, "a", key)).toBe("");
  });

  it.each(["", "|", ">-", "|+", "!!str", "~"])("is none where nothing is written behind %j", (written) => {
    const { reader, value, key } = fieldOf(`a: ${written}\n`);
    const refusal = refusalOf(() => reader.text(value, "a", key));
    expect([refusal.message, refusal.hint]).toEqual([
      expect.stringContaining("a is empty"),
      'for an empty value write ""',
    ]);
  });
});

describe("looking at what may be anything", () => {
  it("finds the text of a field, and nothing where there is none", () => {
    const peek = (text: string) => peekText(parse(text).root, "kind");
    expect(peek("kind: Secret\n")).toBe("Secret");
    for (const text of ["kind: [Secret]\n", "kind: 1\n", "kind:\n", "other: Secret\n", "- kind: Secret\n", "Secret\n"])
      expect([text, peek(text)]).toEqual([text, undefined]);
    expect(peekText(undefined, "kind")).toBeUndefined();
  });

  it("tells nothing from something", () => {
    const nothing = (written: string) => {
      const { reader, value } = fieldOf(`a: ${written}\n`);
      return reader.isNothing(value);
    };
    expect([nothing(""), nothing("~"), nothing("null")]).toEqual([true, true, true]);
    expect([nothing('""'), nothing("[]"), nothing("x")]).toEqual([false, false, false]);
  });
});
