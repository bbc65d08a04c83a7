/** Sources against people who push large things: sizes are asked before anything is read. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plan } from "../../../controller/decide/plan.ts";
import { directorySource } from "../../../controller/sources/directory.ts";
import { indexSource, readSealedFile } from "../../../controller/sources/file-source.ts";
import type { Files } from "../../../controller/sources/files.ts";
import { gitSource } from "../../../controller/sources/git.ts";
import { MAX_MANIFESTS, MAX_NAMES, SourceSize } from "../../../controller/sources/sizes.ts";
import type { Engine } from "../../../src/crypto/index.ts";
import { DEFAULT_POLICY, MAX_INPUT_BYTES, MAX_MANIFEST_BYTES } from "../../../src/model/index.ts";
import { nativeEngine } from "../../../src/node/engine.ts";

const { sha256 } = nativeEngine() as Engine;
const OPTIONS = { namespace: undefined, sha256 };
const MANIFEST = "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: { name: db, namespace: shop }\nspec:\n";
const SEALED = `${MANIFEST}  entries: { A: { sealed: lacre1.AAAA } }\n`;

let directory: string;
let sources: Files[];
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-sizes-"));
  sources = [];
});
afterEach(() => {
  for (const source of sources) source.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

const file = (name: string) => path.join(directory, name);
const use = (source: Files) => {
  sources.push(source);
  return source;
};
function git(input: string | undefined, ...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const ran = spawnSync("git", [...identity, ...args], { cwd: directory, encoding: "utf8", input: input ?? "" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim();
}
/** A file that has a size and hardly a block on the disk. */
function sparse(name: string, bytes: number): void {
  fs.writeFileSync(file(name), "");
  fs.truncateSync(file(name), bytes);
}
async function indexed(source: Files) {
  const index = await indexSource(await source.snapshot(), new Map(), OPTIONS);
  return {
    ...index,
    messages: index.problems.map(({ subject, reason, message }) => `${subject} ${reason} ${message}`),
  };
}

const TOO_LARGE = new RegExp(
  `^big\\.yaml UnreadableFile big\\.yaml has 67108864 bytes, and a manifest may have ${MAX_MANIFEST_BYTES}; the last good state stays$`,
);

describe.each([
  [
    "git",
    () => {
      git(undefined, "add", "-A");
      git(undefined, "commit", "-qm", "x");
      return gitSource(process.env, directory, "main", file(".clone"));
    },
  ],
  ["directory", () => directorySource(directory)],
] as const)("a %s source", (_kind, create) => {
  beforeEach(() => {
    git(undefined, "init", "-q", "-b", "main");
    fs.writeFileSync(file(".git/info/exclude"), ".clone\n");
  });

  it("does not read a manifest over the limit, names it, and leaves what came from it", async () => {
    fs.writeFileSync(file("db.yaml"), SEALED);
    sparse("big.yaml", 64 * 1024 * 1024);
    sparse("not-a-manifest.bin", 64 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    const index = await indexed(use(create()));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    expect(index.messages).toEqual([expect.stringMatching(TOO_LARGE)]);
    expect([...index.objects.keys()]).toEqual(["shop/db"]);
    const record = { file: "big.yaml", digest: "d", fingerprint: "f", policy: DEFAULT_POLICY } as const;
    const inventory = { objects: new Map([["shop/big", record]]) };
    expect(plan(index, inventory, new Map(), { allowEmpty: false }).orphans).toEqual([]);
  });

  it("reads a manifest of just the limit", async () => {
    fs.writeFileSync(file("db.yaml"), `${SEALED}#${"x".repeat(MAX_MANIFEST_BYTES - SEALED.length - 1)}`);
    expect(await indexed(use(create()))).toMatchObject({ messages: [] });
    fs.appendFileSync(file("db.yaml"), "x");
    expect((await indexed(use(create()))).messages).toEqual([expect.stringContaining("db.yaml has 4194305 bytes")]);
  });
});

describe("a git source", () => {
  it("does not list a tree that names more files than a disk could hold", async () => {
    git(undefined, "init", "-q", "--bare", "-b", "main", "bomb.git");
    const inside = ["--git-dir", file("bomb.git")];
    const blob = git("x", ...inside, "hash-object", "-w", "--stdin");
    let tree = git(`100644 blob ${blob}\ta.yaml\n`, ...inside, "mktree");
    for (let depth = 0; depth < 10; depth++) {
      const rows = Array.from({ length: 10 }, (_, at) => `040000 tree ${tree}\td${at}\n`);
      tree = git(rows.join(""), ...inside, "mktree");
    }
    git(
      undefined,
      ...inside,
      "update-ref",
      "refs/heads/main",
      git(undefined, ...inside, "commit-tree", "-m", "x", tree),
    );
    const source = use(gitSource(process.env, file("bomb.git"), "main", file("clone")));
    await expect(source.snapshot()).rejects.toThrow(/^commit \w{12} has more than 100000 manifests$/);
  });

  it("keeps the commit before a tree that is too much in force", async () => {
    git(undefined, "init", "-q", "-b", "main");
    fs.writeFileSync(file(".git/info/exclude"), ".clone\n");
    fs.writeFileSync(file("db.yaml"), SEALED);
    git(undefined, "add", "-A");
    git(undefined, "commit", "-qm", "x");
    const source = use(gitSource(process.env, directory, "main", file(".clone")));
    const { revision } = await source.snapshot();
    const blob = git("x", "hash-object", "-w", "--stdin");
    const rows = Array.from({ length: MAX_MANIFESTS + 1 }, (_, at) => `100644 blob ${blob}\t${at}.yaml\n`);
    const tree = git(rows.join(""), "mktree");
    git(undefined, "reset", "-q", "--soft", git(undefined, "commit-tree", "-p", "HEAD", "-m", "many", tree));
    expect(await source.snapshot()).toMatchObject({
      revision,
      problem: { reason: "SourceFailed", message: expect.stringContaining("stays in force") },
    });
    expect((await indexed(source)).objects.size).toBe(1);
  });
});

describe("a directory source", () => {
  it("reads what was put in the place of a manifest since as nothing: a link, a pipe, a larger file", async () => {
    for (const name of ["link", "pipe", "large"]) fs.writeFileSync(file(`${name}.yaml`), SEALED);
    const { files } = await use(directorySource(directory)).snapshot();
    for (const name of ["link", "pipe", "large"]) fs.rmSync(file(`${name}.yaml`));
    fs.symlinkSync("/etc/passwd", file("link.yaml"));
    spawnSync("/bin/sh", ["-c", "mkfifo pipe.yaml"], { cwd: directory });
    sparse("large.yaml", MAX_MANIFEST_BYTES + 1);
    const { problems, objects } = await indexSource({ revision: "r", files }, new Map(), OPTIONS);
    expect(problems.map(({ subject, reason }) => `${subject} ${reason}`)).toEqual([
      "large.yaml UnreadableFile",
      "link.yaml UnreadableFile",
      "pipe.yaml UnreadableFile",
    ]);
    expect(objects.size).toBe(0);
  });
});

describe("what is too much", () => {
  it("is a sum, a number of manifests, or a number of names", () => {
    const filled = (fill: (size: SourceSize) => void) => {
      const size = new SourceSize();
      fill(size);
      return size.excess;
    };
    const times = (count: number, act: () => void) => {
      for (let at = 0; at < count; at++) act();
    };
    expect(
      filled((size) => times(MAX_INPUT_BYTES / MAX_MANIFEST_BYTES, () => size.addManifest(MAX_MANIFEST_BYTES))),
    ).toBe(undefined);
    expect(
      filled((size) => times(MAX_INPUT_BYTES / MAX_MANIFEST_BYTES + 1, () => size.addManifest(MAX_MANIFEST_BYTES))),
    ).toBe("manifests of more than 256 MiB together");
    expect(filled((size) => times(MAX_MANIFESTS + 1, () => size.addManifest(1)))).toBe("more than 100000 manifests");
    expect(filled((size) => times(MAX_NAMES + 1, () => size.addName()))).toBe("more than 1000000 files");
    expect(filled((size) => times(1000, () => size.addManifest(MAX_MANIFEST_BYTES + 1)))).toBe(undefined);
  });
});

describe("a manifest", () => {
  const read = (text: string) =>
    readSealedFile({ path: "a.yaml", stamp: undefined, read: () => Promise.resolve(Buffer.from(text)) }, OPTIONS);
  const bombs: readonly (readonly [string, string])[] = [
    ["items", `x: [${"a,".repeat(2_000_000)}]`],
    ["closing brackets", "]".repeat(4_000_000)],
    ["tags", "!a ".repeat(1_300_000)],
    ["marks of keys", "? ".repeat(2_000_000)],
    ["empty lines", "\n".repeat(4_000_000)],
    ["comments", "#\n".repeat(2_000_000)],
    ["colons", "a: ".repeat(1_300_000)],
    ["entries", `  entries:\n${Array.from({ length: 200_000 }, (_, at) => `    a${at}: {sealed: x}\n`).join("")}`],
  ];
  it.each(bombs)("of 4 MB of %s is refused before it is parsed", async (_what, text) => {
    const startedMs = performance.now();
    await expect(read(MANIFEST + text)).rejects.toThrow("a.yaml has more than 500000 items, fields and lines");
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  const entries = (count: number) =>
    Array.from({ length: count }, (_, at) => `    a${at}: { sealed: lacre1.AAAA }\n`).join("");
  const map = (count: number, text = "x") =>
    Array.from({ length: count }, (_, at) => `      a${at}: "${text}"\n`).join("");
  const within = `${MANIFEST}  entries:\n${entries(512)}  secret:\n    labels:\n${map(64, "x".repeat(63))}`;
  it("of the CRD's limits is read", async () => {
    expect(await read(`${within}    annotations:\n${map(64, "😀".repeat(50))}`)).toHaveLength(1);
    expect(
      await read(`${MANIFEST}  entries: {}\n  secret: { annotations: { a: "${"😀".repeat(65_536)}" } }\n`),
    ).toHaveLength(1);
  });
  it.each([
    ["entries", `  entries:\n${entries(513)}`, "more than 512 entries"],
    ["a token", `  entries: { A: { sealed: ${"x".repeat(800_001)} } }`, "the entry A with more than 800000 characters"],
    ["labels", `  entries: {}\n  secret:\n    labels:\n${map(65)}`, "more than 64 labels"],
    ["annotations", `  entries: {}\n  secret:\n    annotations:\n${map(65)}`, "more than 64 annotations"],
    [
      "a label",
      `  entries: {}\n  secret: { labels: { a: ${"x".repeat(64)} } }`,
      "the label a with more than 63 characters",
    ],
    [
      "an annotation",
      `  entries: {}\n  secret: { annotations: { a: ${"x".repeat(65_537)} } }`,
      "the annotation a with more than 65536 characters",
    ],
  ])("over the CRD's limit of %s is refused as the API server would", async (_what, spec, says) => {
    await expect(read(`${MANIFEST}${spec}\n`)).rejects.toThrow(`SealedSecret shop/db has ${says}, which is not taken`);
  });
});
