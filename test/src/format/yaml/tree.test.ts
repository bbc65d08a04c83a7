/** YAML and JSON as plain trees: whoever judges a file gets what is there, and where. */
import { describe, expect, it } from "vitest";
import { readTrees, type Tree, textAt, valueAt, walk } from "../../../../src/format/yaml/tree.ts";

function treeOf(text: string): Tree {
  const [document] = readTrees(text);
  if (document?.root === undefined) throw new Error("the test's document has no root");
  return document.root;
}

/** The texts of a tree, with what stands at their places. */
function textsIn(text: string): readonly (readonly [string, string])[] {
  return [...walk(treeOf(text))].flatMap((node) =>
    node.kind === "text" ? [[node.text, text.slice(node.start, node.end)] as const] : [],
  );
}

describe("a tree", () => {
  it("knows where each text stands", () => {
    expect(textsIn('a: one\nb: ["two", {c: 3}]\nd: |\n  four\n')).toEqual([
      ["one", "one"],
      ["two", '"two"'],
      ["3", "3"],
      ["four\n", "|\n  four\n"],
    ]);
  });

  it("counts places from the start of the file, in every document", () => {
    const text = "a: 1\n---\nb: two\n";
    const [, second] = readTrees(text);
    const node = valueAt(second?.root, "b");
    expect(text.slice(node?.start, node?.end)).toBe("two");
  });

  it("says how a text was written", () => {
    const styles = [...walk(treeOf("- plain\n- 'single'\n- \"double\"\n- |\n  literal\n- >\n  folded\n"))];
    expect(styles.flatMap((node) => (node.kind === "text" ? [node.style] : []))).toEqual([
      "plain",
      "quoted",
      "quoted",
      "block",
      "block",
    ]);
  });

  it("keeps numbers and true as they are written, and has nothing for null", () => {
    expect(textsIn("[0x1F, 1_000, true, ~, null]").map(([text]) => text)).toEqual(["0x1F", "1_000", "true", "", ""]);
  });

  it("names a tag of its own, and not those of YAML", () => {
    const tagOf = (text: string) => {
      const tree = treeOf(text);
      return tree.kind === "text" ? tree.tag : "no text";
    };
    expect([tagOf("!vault abc"), tagOf("!!str abc"), tagOf("abc")]).toEqual(["vault", undefined, undefined]);
  });

  it("takes a template's reference for a text, although YAML reads a map of a map", () => {
    expect(textAt(treeOf("a: {{ .Values.password }}\n"), "a")).toBe("{{ .Values.password }}");
  });

  it("has one node for an anchor and all of its aliases, so that no bomb can grow", () => {
    const tree = treeOf("a: &x [1]\nb: *x\nc: *x\n");
    expect(valueAt(tree, "b")).toBe(valueAt(tree, "a"));
    const levels = Array.from({ length: 25 }, (_, i) => `- &l${i} [${i === 0 ? "x" : `*l${i - 1}, *l${i - 1}`}]\n`);
    expect([...walk(treeOf(levels.join("")))].length).toBeLessThan(100);
  });

  it("has nothing for an alias without its anchor", () => {
    expect(textAt(treeOf("a: *nobody\n"), "a")).toBe("");
  });

  it("leaves keys out that are no text, and reads the others as they are written", () => {
    const tree = treeOf("? [a]\n: 1\ntrue: 2\n12: 3\n");
    expect(tree.kind === "map" && tree.entries.map(({ key }) => key)).toEqual(["true", "12"]);
  });

  it("ends at two hundred levels, and is there nevertheless", () => {
    const deep = `${"[".repeat(300)}x${"]".repeat(300)}`;
    const nodes = [...walk(treeOf(deep))];
    expect(nodes.length).toBeLessThan(210);
    expect(nodes.some((node) => node.kind === "text" && node.text === "x")).toBe(false);
  });
});

describe("documents of a stream", () => {
  const about = (text: string, matching?: RegExp) =>
    readTrees(text, matching).map(({ root, isBroken }) => (isBroken ? "broken" : (root?.kind ?? "empty")));

  it("are told apart: with a root, empty, broken; a broken one touches no other", () => {
    expect(about('a: 1\n---\nb: "\n---\n- c\n')).toEqual(["map", "broken", "list"]);
    expect(about("")).toEqual([]);
    expect(about("[".repeat(50_000))).toEqual(["broken"]);
  });

  it("are only those that match, where something is asked for", () => {
    expect(about("kind: Secret\n---\nkind: Pod\n---\n- Secret\n", /Secret/)).toEqual(["map", "list"]);
  });

  it("may be one JSON object a line, each with its own place and its own mistakes", () => {
    const text = '{"a": "x"}\n{"a": }}\n{"a": "y"}\n';
    const documents = readTrees(text);
    expect(documents.map(({ isBroken }) => isBroken)).toEqual([false, true, false]);
    const last = valueAt(documents[2]?.root, "a");
    expect(text.slice(last?.start, last?.end)).toBe('"y"');
  });
});

describe("the value behind a path", () => {
  const tree = treeOf("a: {b: {c: deep}}\nd: [e]\nf: first\nf: last\n");

  it("is found key by key, and is nothing where the path leads elsewhere", () => {
    expect(textAt(tree, "a", "b", "c")).toBe("deep");
    expect([
      textAt(tree, "a", "b"),
      textAt(tree, "a", "x", "c"),
      textAt(tree, "d", "e"),
      textAt(undefined, "a"),
    ]).toEqual([undefined, undefined, undefined, undefined]);
    expect(valueAt(tree)).toBe(tree);
  });

  it("is the last of two for one key, as for whoever allows a key twice", () => {
    expect(textAt(tree, "f")).toBe("last");
  });
});
