/** Files as a source: what they list, what is not read again, and what is unknown rather than gone. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FileSource, type IndexOptions, indexSource, readSealedFile } from "../../../controller/sources/file-source.ts";
import type { SourceFile } from "../../../controller/sources/files.ts";
import { utf8 } from "../../../src/bytes.ts";

const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());
const OPTIONS: IndexOptions = { namespace: undefined, sha256 };
const manifest = (name: string, token = "lacre1.a", namespace = "  namespace: shop\n") =>
  `apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: ${name}\n${namespace}spec:\n  entries: { A: { sealed: ${token} } }\n`;

/** Files that count how often each is read; a text of undefined cannot be. */
class Table {
  readonly name = "table";
  readonly reads: string[] = [];
  texts: Readonly<Record<string, string | undefined>>;
  isClosed = false;

  constructor(texts: Readonly<Record<string, string | undefined>>) {
    this.texts = texts;
  }

  async snapshot() {
    const files = Object.entries(this.texts).map(
      ([path, text]): SourceFile => ({
        path,
        stamp: text === undefined ? undefined : `${text.length}${text.slice(-30)}`,
        read: async () => {
          this.reads.push(path);
          if (text === undefined) throw Object.assign(new Error("open '/hunter2'"), { code: "EACCES" });
          return utf8(text);
        },
      }),
    );
    return { revision: "r1", files };
  }

  close(): void {
    this.isClosed = true;
  }
}

const indexOf = async (texts: Table["texts"], options = OPTIONS) =>
  indexSource(await new Table(texts).snapshot(), new Map(), options);

describe("what files list", () => {
  it("are their sealed objects, each with its file, and nothing else", async () => {
    const index = await indexOf({
      "a.yaml": `kind: ConfigMap\n---\n${manifest("db")}---\n${manifest("b")}`,
      "b.yaml": "a: b\n",
    });
    expect([...index.objects].map(([object, { file }]) => [object, file])).toEqual([
      ["shop/db", "a.yaml"],
      ["shop/b", "a.yaml"],
    ]);
    expect([[...index.files.keys()], index.problems, index.revision]).toEqual([["a.yaml", "b.yaml"], [], "r1"]);
  });

  it("are not applied where two files claim one: neither is right", async () => {
    const index = await indexOf({ "a.yaml": manifest("db"), "b.yaml": manifest("db", "lacre1.b") });
    expect([...index.disputed]).toEqual(["shop/db"]);
    expect(index.problems).toEqual([
      { subject: "shop/db", reason: "Duplicate", message: "both a.yaml and b.yaml define it; neither is applied" },
    ]);
  });

  it("have another digest with another token", async () => {
    const digest = async (token: string) =>
      (await indexOf({ "a.yaml": manifest("db", token) })).objects.get("shop/db")?.digest;
    expect(await digest("lacre1.a")).toBe(await digest("lacre1.a"));
    expect(await digest("lacre1.a")).not.toBe(await digest("lacre1.b"));
  });

  const UNKNOWN: readonly (readonly [string, string | undefined, string, string])[] = [
    ["cannot be read", undefined, "UnreadableFile", "the file cannot be read; the last good state stays"],
    ["is no YAML", "a: [\n", "UnreadableFile", "a.yaml:"],
    ["holds a broken object", manifest("DB"), "UnreadableFile", "metadata.name is not a valid name"],
    ["names no namespace", manifest("db", "lacre1.a", ""), "NamespaceMissing", "SealedSecret db names no namespace"],
    [
      "has more entries than a cluster takes",
      manifest("db").replace(
        /entries: .*/,
        `entries: {${Array.from({ length: 513 }, (_, at) => ` K${at}: { sealed: a }`).join()} }`,
      ),
      "UnreadableFile",
      "more than 512 entries",
    ],
  ];
  it.each(UNKNOWN)("are unknown where a file %s, and not gone", async (_why, text, reason, message) => {
    const texts: Table["texts"] = { "a.yaml": text, "b.yaml": manifest("b") };
    const index = await indexOf(texts);
    expect([...index.unreadable.keys()]).toEqual(["a.yaml"]);
    expect([...index.objects.keys()]).toEqual(["shop/b"]);
    expect(index.problems).toMatchObject([{ subject: "a.yaml", reason }]);
    expect(index.problems[0]?.message).toContain(message);
    expect(index.problems[0]?.message).not.toContain("hunter2");
  });

  it("take the namespace that is given where they name none, and only there", async () => {
    const texts = { "a.yaml": `${manifest("a", "lacre1.a", "")}---\n${manifest("b")}` };
    const index = await indexOf(texts, { ...OPTIONS, namespace: "team" });
    expect([...index.objects.keys()]).toEqual(["team/a", "shop/b"]);
  });

  it("are none in an empty file", async () => {
    const file = { path: "a.yaml", stamp: "", read: async () => new Uint8Array() };
    expect(await readSealedFile(file, OPTIONS)).toEqual([]);
  });
});

describe("a file", () => {
  it("whose stamp is known is not read again; another is", async () => {
    const table = new Table({ "a.yaml": manifest("db"), "b.yaml": manifest("b") });
    const source = new FileSource(table, OPTIONS);
    const { index } = await source.list(new Map());
    table.texts = { ...table.texts, "b.yaml": manifest("b", "lacre1.other") };
    table.reads.length = 0;
    const again = await source.list(index.files);
    expect(table.reads).toEqual(["b.yaml"]);
    expect([...again.index.objects.keys()]).toEqual(["shop/db", "shop/b"]);
  });
});

describe("an object that is asked for", () => {
  it("is what was listed, and its file is read once for all that are in it", async () => {
    const table = new Table({ "a.yaml": `${manifest("db")}---\n${manifest("b")}` });
    const source = new FileSource(table, OPTIONS);
    await source.list(new Map());
    table.reads.length = 0;
    const readings = [await source.read("shop/db"), await source.read("shop/b"), await source.read("shop/db")];
    expect(readings.map((one) => one.kind === "desired" && one.wanted.name)).toEqual(["db", "b", "db"]);
    expect(table.reads).toEqual(["a.yaml"]);
  });

  it("is gone where it was not listed, and before anything was", async () => {
    const source = new FileSource(new Table({ "a.yaml": manifest("db") }), OPTIONS);
    expect(await source.read("shop/db")).toEqual({ kind: "gone" });
    await source.list(new Map());
    expect(await source.read("shop/x")).toEqual({ kind: "gone" });
  });

  it("is gone where the file says something else by now than what was listed", async () => {
    let token = "lacre1.a";
    const file = { path: "a.yaml", stamp: "1", read: async () => utf8(manifest("db", token)) };
    const files = { name: "t", snapshot: async () => ({ revision: "1", files: [file] }), close: () => undefined };
    const source = new FileSource(files, OPTIONS);
    await source.list(new Map());
    token = "lacre1.b";
    expect(await source.read("shop/db")).toEqual({ kind: "gone" });
  });

  it("is of files that are closed with their source", () => {
    const table = new Table({});
    new FileSource(table, OPTIONS).close();
    expect(table.isClosed).toBe(true);
  });
});
