/** The text in the editor: a line that was left alone keeps its token, whatever stands around it. */
import { describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../src/bytes.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { Slot } from "../../../src/model/entry.ts";
import { printBuffer, readBuffer } from "../../../src/seal/edit.ts";
import { refusalOf } from "../../support/refusal.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";

const sealed = sealedSecret({
  name: "db",
  entries: entriesOf({ USER: "lacre1.u", PASSWORD: "lacre1.p", KEY: [new Slot("lacre1.s", "staging")] }),
});
const SAME = "KEY: <sealed>\nPASSWORD: <sealed>\nUSER: <sealed>\n";

function edited(text: string) {
  const { values, removed } = readBuffer(decodeText("edit.yaml", text), sealed);
  return { values: Object.fromEntries([...values].map(([key, value]) => [key, fromUtf8(value)])), removed };
}

describe("the text for the editor", () => {
  it("names the object, has its keys in order and none of its tokens", () => {
    const text = printBuffer(sealed);
    expect(text).toContain("# shop/db: ");
    expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([...SAME.split("\n")]);
    expect(text).not.toContain("lacre1.");
  });

  it("quotes a key that YAML would read as something else, and reads it again", () => {
    const odd = sealedSecret({ entries: entriesOf({ "123": "lacre1.a", true: "lacre1.b", "1e3": "lacre1.c" }) });
    expect(readBuffer(decodeText("edit.yaml", printBuffer(odd)), odd)).toEqual({ values: new Map(), removed: [] });
  });
});

describe("what somebody made of it", () => {
  it.each([
    ["nothing, where nothing was touched", printBuffer(sealed), {}, []],
    ["a value to seal", SAME.replace("USER: <sealed>", "USER: me"), { USER: "me" }, []],
    ["a value of several lines", SAME.replace("USER: <sealed>", "USER: |\n  a\n  b"), { USER: "a\nb\n" }, []],
    ["an empty value", SAME.replace("USER: <sealed>", 'USER: ""'), { USER: "" }, []],
    ["a new key", `${SAME}NEW: "1"\n`, { NEW: "1" }, []],
    ["a key that is gone", SAME.replace("USER: <sealed>\n", ""), {}, ["USER"]],
    ["a key under another name", SAME.replace("USER: <sealed>", "LOGIN: me"), { LOGIN: "me" }, ["USER"]],
    [
      "the placeholder in a longer value",
      SAME.replace("USER: <sealed>", "USER: <sealed> x"),
      { USER: "<sealed> x" },
      [],
    ],
  ])("is %s", (_what, text, values, removed) => {
    expect(edited(text)).toEqual({ values, removed });
  });

  it("is everything gone, where nothing is left and no environment has its own value", () => {
    const plain = sealedSecret({ entries: entriesOf({ A: "lacre1.a", B: "lacre1.b" }) });
    expect(readBuffer(decodeText("edit.yaml", "# nothing\n"), plain)).toEqual({
      values: new Map(),
      removed: ["A", "B"],
    });
  });

  it.each([
    ["a number that is not in quotes", `${SAME}PORT: 5432\n`, "edit.yaml:4:7: PORT is not text"],
    ["a key that no Secret can have", `${SAME}A/B: x\n`, "edit.yaml:4:1: this key is not valid"],
    [
      "a placeholder for a key that is new",
      `${SAME}NEW: <sealed>\n`,
      "edit.yaml:4:1: NEW is new, but <sealed> is no value",
    ],
    ["a key that is there twice", `${SAME}USER: me\n`, "edit.yaml:4:1: the file.USER is there twice"],
    ["a second document", `${SAME}---\nA: b\n`, "only one document can be edited"],
    ["a list", "- a\n", "edit.yaml:1:1: the file must be a mapping of keys to values"],
    [
      "a value where each environment has its own",
      SAME.replace("KEY: <sealed>", "KEY: x"),
      "edit.yaml:1:1: KEY has a value for each environment",
    ],
    ["such an entry that is gone", SAME.replace("KEY: <sealed>\n", ""), "KEY has a value for each environment"],
  ])("is refused with its place: %s", (_what, text, message) => {
    const refusal = refusalOf(() => edited(text));
    expect(refusal.code).toBe("SECRET_INVALID");
    expect(refusal.message).toContain(message);
  });

  it("is refused without the value that stands there", () => {
    expect(refusalOf(() => edited(`${SAME}PIN: 4711\n`)).message).not.toContain("4711");
  });
});
