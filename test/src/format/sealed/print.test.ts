/** The model as text: the same bytes every time, and nothing that a reader would take for something else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toHex, utf8 } from "../../../../src/bytes.ts";
import {
  layoutOf,
  printableText,
  printObject,
  printScalar,
  printSealedSecret,
  secretObject,
  TOP_LEVEL,
} from "../../../../src/format/sealed/print.ts";
import { readStream } from "../../../../src/format/stream.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import { Slot } from "../../../../src/model/entry.ts";
import { DEFAULT_POLICY, type SealedSecret } from "../../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE, type PlainSecret } from "../../../../src/model/secret.ts";
import { entriesOf, sealedSecret } from "../../../support/sealed-secret.ts";

const HEAD = "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\n  namespace: shop\nspec:\n";
const db = (more: Partial<SealedSecret> = {}) => sealedSecret({ name: "db", ...more });
const FULL = db({
  labels: new Map([["helm.sh/chart", "a"]]),
  annotations: new Map([["helm.sh/x", "y"]]),
  shape: {
    type: "example.org/t",
    immutable: true,
    labels: new Map([["a", "1"]]),
    annotations: new Map([["b", "yes"]]),
  },
  policy: { drift: "Detect", adopt: "Merge", deletion: "Orphan", suspend: true },
  entries: entriesOf({
    PLAIN: "lacre1.p",
    "8": [new Slot("lacre1.s", "staging"), new Slot("lacre1.q", "production")],
  }),
});

function read(text: string): SealedSecret {
  const [object] = readStream(decodeText("db.yaml", text));
  if (object?.kind !== "sealed") throw new Error("no SealedSecret");
  return object.sealed;
}

/** Entries in one order, so that only what they say is compared. */
const shown = (sealed: SealedSecret) => ({
  ...sealed,
  entries: [...sealed.entries]
    .map(([key, entry]) => [key, entry.map(({ environment = "", text }) => `${environment} ${text}`).sort()])
    .sort(),
});

describe("a SealedSecret as text", () => {
  it("has its keys in order, two lines a value, and none of the usual", () => {
    const sealed = db({ entries: entriesOf({ B: "lacre1.b", A: "lacre1.a" }) });
    expect(printSealedSecret(sealed, TOP_LEVEL)).toBe(
      `${HEAD}  entries:\n    A:\n      sealed: lacre1.a\n    B:\n      sealed: lacre1.b\n`,
    );
  });

  it("without entries says so", () => {
    expect(printSealedSecret(db(), TOP_LEVEL)).toBe(`${HEAD}  entries: {}\n`);
  });

  it("names no namespace where there is none", () => {
    expect(printSealedSecret(db({ namespace: "" }), TOP_LEVEL)).not.toContain("namespace");
  });

  it.each([
    ["driftPolicy: Ignore", { drift: "Ignore" }],
    ["adopt: IfUnowned", { adopt: "IfUnowned" }],
    ["deletionPolicy: Orphan", { deletion: "Orphan" }],
    ["suspend: true", { suspend: true }],
  ] as const)("says %s, and no more of its policy", (line, policy) => {
    const text = printSealedSecret(db({ policy: { ...DEFAULT_POLICY, ...policy } }), TOP_LEVEL);
    expect(text).toBe(`${HEAD}  entries: {}\n  ${line}\n`);
  });

  it.each([
    ["in a block", TOP_LEVEL],
    ["as JSON", { ...TOP_LEVEL, flow: true }],
  ])("is read as it was, %s", (_how, layout) => {
    expect(shown(read(printSealedSecret(FULL, layout)))).toEqual(shown(FULL));
  });

  it("puts a key in quotes that YAML would read as something else", () => {
    const text = printSealedSecret(db({ entries: entriesOf({ "8": "lacre1.a", yes: "lacre1.b" }) }), TOP_LEVEL);
    expect(text).toContain('    "8":\n      sealed: lacre1.a\n    "yes":\n      sealed: lacre1.b\n');
  });

  it("stands deeper in a list, with the line ends of its file and no spaces on empty lines", () => {
    const layout = { column: 4, eol: "\r\n", flow: false } as const;
    const text = printSealedSecret(FULL, layout);
    expect(text.replaceAll("\r\n", "\n").includes("\r")).toBe(false);
    expect(text.replaceAll("\r\n", "\n")).not.toMatch(/\n {0,3}[^ \n]/);
    expect(shown(read(`apiVersion: v1\r\nkind: List\r\nitems:\r\n  - ${text}`))).toEqual(shown(FULL));
  });
});

describe("the layout of a place in a file", () => {
  it.each([
    ["at the beginning", "kind: A\n", 0, false, { column: 0, eol: "\n", flow: false }],
    ["in a list", "items:\n  - kind: A\n", 11, false, { column: 4, eol: "\n", flow: false }],
    ["in a file of Windows", "a: b\r\n---\r\nkind: A\r\n", 11, false, { column: 0, eol: "\r\n", flow: false }],
    ["in brackets, as deep as their line", '{\n  "items": [{}]\n}', 14, true, { column: 2, eol: "\n", flow: true }],
  ] as const)("%s", (_where, text, start, flow, layout) => {
    expect(layoutOf(text, start, flow)).toEqual(layout);
  });
});

describe("an object", () => {
  it("is indented but for its empty lines, and JSON ends without a line end", () => {
    const layout = { column: 2, eol: "\n", flow: false } as const;
    expect(printObject({ a: "x\n\ny\n" }, layout)).toBe("a: |\n    x\n\n    y\n");
    expect(printObject({ a: [1] }, { ...layout, flow: true })).toBe('{\n    "a": [\n      1\n    ]\n  }');
  });
});

describe("a scalar", () => {
  it.each(["yes", "0o7", "1e3", "null", "~", "2026-11-25", "a: b", "# a", "", "-", "1:30", "é"])(
    "is %j again for every reader of YAML",
    (text) => {
      expect([parse(printScalar(text)), parse(printScalar(text), { version: "1.1" })]).toEqual([text, text]);
    },
  );
});

describe("a value as text", () => {
  it.each([
    ["letters of any kind", utf8("größe 秘密 🔑"), "größe 秘密 🔑"],
    ["tabs and line ends", utf8("a\tb\n"), "a\tb\n"],
    ["nothing", new Uint8Array(), ""],
    ["bytes that are no UTF-8", Uint8Array.of(0xc3), undefined],
    ["a zero byte", utf8("a\0"), undefined],
    ["a carriage return", utf8("a\r\n"), undefined],
    ["an escape, which terminals obey", utf8("\u001b[2J"), undefined],
    ["a line end of Unicode", utf8("a\u2028b"), undefined],
    ["a byte order mark, which readers take away", utf8("\ufeffa"), undefined],
  ])("of %s is it, or goes as bytes", (_what, bytes, text) => {
    expect(printableText(bytes)).toBe(text);
  });
});

describe("a Secret as an object", () => {
  const secret = (values: PlainSecret["values"], more: Partial<PlainSecret> = {}): PlainSecret => ({
    namespace: "shop",
    name: "db",
    shape: PLAIN_SHAPE,
    values,
    ...more,
  });

  it("has text in stringData and other bytes in data, each only where there are some", () => {
    const both = secret(
      new Map([
        ["A", utf8("a")],
        ["B", Uint8Array.of(0xff)],
      ]),
    );
    expect(secretObject(both)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", namespace: "shop" },
      type: "Opaque",
      stringData: { A: "a" },
      data: { B: "/w==" },
    });
    expect(Object.keys(secretObject(secret(new Map())))).toEqual(["apiVersion", "kind", "metadata", "type"]);
  });

  it("holds every value as it was, under whichever key", () => {
    const key = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/), fc.constantFrom("__proto__", "valueOf"));
    const entry = fc.tuple(key, fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.string().map(utf8)));
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ([name]) => name, minLength: 1 }), (entries) => {
        const text = printObject(secretObject(secret(new Map(entries))), TOP_LEVEL);
        const [object] = readStream(decodeText("db.yaml", text));
        if (object?.kind !== "secret") throw new Error("no Secret");
        const inOrder = (of: Iterable<readonly [string, Uint8Array]>) =>
          [...of].map(([name, value]) => [name, toHex(value)]).sort();
        expect(inOrder(object.secret.values)).toEqual(inOrder(entries));
      }),
    );
  });

  it("names no namespace where there is none, and says what it looks like", () => {
    const shape = { type: "t", immutable: true, labels: new Map([["a", "b"]]), annotations: new Map([["c", "d"]]) };
    expect(secretObject(secret(new Map(), { namespace: "", shape }))).toMatchObject({
      metadata: { name: "db", labels: { a: "b" }, annotations: { c: "d" } },
      type: "t",
      immutable: true,
    });
    expect(secretObject(secret(new Map(), { namespace: "" }))).not.toHaveProperty("metadata.namespace");
  });
});
