/** Which objects of a stream are ours, and how far each reaches: the rest is never touched. */
import { describe, expect, it } from "vitest";
import { endOfBlock, readStream } from "../../../src/format/stream.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { applySplices } from "../../../src/format/yaml/splice.ts";
import { refusalOf } from "../../support/refusal.ts";

const objects = (text: string, file = "s.yaml") => [...readStream(decodeText(file, text))];
const secret = (name: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: shop}\nstringData: {A: x}\n`;
const sealed = (name: string) =>
  `apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: {name: ${name}}\nspec: {entries: {A: {sealed: lacre1.AAAA}}}\n`;

/** What each object would be replaced in, with the object as `<>`. */
function around(text: string): string {
  return applySplices(
    text,
    objects(text).map(({ site: { start, end } }) => ({ start, end, text: "<>\n" })),
  );
}

describe("a stream", () => {
  it("has Secrets and SealedSecrets, in their order, and passes by what is neither", () => {
    const text = [secret("a"), "kind: Pod\n", "- a list\n", "", sealed("b"), "just text\n", secret("c")].join("---\n");
    expect(objects(text).map((one) => [one.kind, one.kind === "secret" ? one.secret.name : one.sealed.name])).toEqual([
      ["secret", "a"],
      ["sealed", "b"],
      ["secret", "c"],
    ]);
  });

  it("is read one document at a time: a mistake further down comes when it is its turn", () => {
    const stream = readStream(decodeText("s.yaml", `${secret("a")}---\n"\n`));
    expect(stream.next().value?.kind).toBe("secret");
    expect(refusalOf(() => stream.next()).code).toBe("DOCUMENT_INVALID");
  });

  it("may hold them in lists", () => {
    const item = JSON.parse('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"A":"x"}}');
    for (const kind of ["List", "SecretList"])
      expect(objects(JSON.stringify({ apiVersion: "v1", kind, items: [item, item] }), "s.json")).toHaveLength(2);
    expect(objects(JSON.stringify({ apiVersion: "v1", kind: "PodList", items: [item] }), "s.json")).toEqual([]);
    expect(objects("kind: List\nitems: none\n")).toEqual([]);
  });

  it("holds no Secret that does not say of which version it is", () => {
    const refusal = refusalOf(() => objects("# c\nkind: Secret\nstringData: {A: hunter2}\n"));
    expect(refusal).toMatchObject({
      code: "SECRET_INVALID",
      message: "s.yaml:2:1: a Secret without apiVersion",
      hint: "write: apiVersion: v1",
    });
  });

  it("that is called .json is JSON, and no YAML that looks like it", () => {
    const json = '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"A": "x"}}';
    expect(objects(json, "s.json")).toHaveLength(1);
    for (const text of [json.replace('"v1"', "v1"), json.replace("}}", "},}"), `${json}\n${json}`, `# c\n${json}`])
      expect(refusalOf(() => objects(text, "s.json")).code).toBe("DOCUMENT_INVALID");
  });
});

describe("what an object reaches", () => {
  it("is its document, without comments above it and markers around it", () => {
    expect(around(`# above\n---\n${secret("a")}---\nkind: Pod # stays\n`)).toBe(
      "# above\n---\n<>\n---\nkind: Pod # stays\n",
    );
    expect(around(`${secret("a")}...\nkind: Pod\n`)).toBe("<>\n...\nkind: Pod\n");
  });

  it("takes comments at its end along: they may quote a value", () => {
    expect(around(`${secret("a")}# A was hunter2\n`)).toBe("<>\n");
    expect(around(`${secret("a")}  # A was hunter2\n---\nkind: Pod\n`)).toBe("<>\n---\nkind: Pod\n");
  });

  it("is its item in a list, and not the comment above the next", () => {
    const item = (name: string) =>
      `- apiVersion: v1\n  kind: Secret\n  metadata: {name: ${name}}\n  stringData: {A: x}\n`;
    expect(around(`kind: List\nitems:\n${item("a")}# about b\n${item("b")}`)).toBe(
      "kind: List\nitems:\n- <>\n# about b\n- <>\n",
    );
  });

  it.each([
    ["as deep as its keys", "    # A was hunter2\n"],
    ["deeper than its keys", "        # A was hunter2\n"],
    ["deeper than the list and not as deep as its keys", "   # A was hunter2\n"],
    ["below a blank line", "\n    # A was hunter2\n"],
    ["and one above it", "    # A was hunter2\n   # and hunter3\n"],
  ])("is its item in a list with a comment at its end, %s", (_what, comment) => {
    const item = "  - apiVersion: v1\n    kind: Secret\n    metadata: {name: a}\n    stringData:\n      A: x\n";
    expect(around(`kind: List\nitems:\n${item}${comment}${item}${comment}`)).toBe(
      "kind: List\nitems:\n  - <>\n  - <>\n",
    );
    const lastInFlow = item.replace("\n      A: x", " {A: x} # hunter2");
    expect(around(`kind: List\nitems:\n${lastInFlow}${comment}  # outer\n${item}other: field\n`)).toBe(
      "kind: List\nitems:\n  - <>\n  # outer\n  - <>\nother: field\n",
    );
  });

  it("is its braces where it is written in them", () => {
    const flow = "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {A: x}}";
    expect(around(`${flow} # stays\n`)).toBe("<>\n # stays\n");
  });
});

describe("the end of a block", () => {
  it("leaves blank lines and comments of the outside out", () => {
    const text = "a: 1\n  # inner\n# outer\n\nb: 2\n";
    expect(text.slice(0, endOfBlock(text, 0, text.indexOf("b:"), 0))).toBe("a: 1\n  # inner\n");
    expect(text.slice(0, endOfBlock(text, 0, text.indexOf("b:"), -1))).toBe("a: 1\n  # inner\n# outer\n");
    expect(text.slice(0, endOfBlock(text, 0, text.indexOf("b:"), 2))).toBe("a: 1\n");
  });

  it("never comes before the first line", () => {
    expect(endOfBlock("# only\n\n", 0, 8, 0)).toBeGreaterThan(0);
  });
});
