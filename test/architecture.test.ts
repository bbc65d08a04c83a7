/** Who may import whom: the table of ARCHITECTURE.md, held against every file. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "..");

type Rule = { readonly what: string; readonly may: readonly string[] };

/** What the folders of src show to the apps. */
const FACES: readonly string[] = [
  ...["errors", "bytes", "version", "model/kubernetes"].map((name) => `src/${name}.ts`),
  ...["model", "crypto", "keys", "format", "seal", "verify"].map((folder) => `src/${folder}/index.ts`),
];

/** The rows of the table: each name on the left with what it may import. */
function readRules(document: string): readonly Rule[] {
  const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  const [, table = ""] = /^## Who may import whom$([\s\S]*?)^## /m.exec(document) ?? [];
  return [...table.matchAll(/^\| (`[^|]*)\|([^|]*)\|$/gm)].flatMap(([, what = "", may = ""]) =>
    names(what).map((one) => ({ what: one, may: names(may).flatMap((name) => (name === "faces" ? FACES : [name])) })),
  );
}

const RULES = readRules(fs.readFileSync(path.join(ROOT, "ARCHITECTURE.md"), "utf8"));

/** True for a name itself, and for what lies below it. `node:` is every module of Node. */
function isBelow(target: string, name: string): boolean {
  return target === name || target.startsWith(name.endsWith(":") ? name : `${name}/`);
}

const IMPORT = /(?:\bfrom|\bimport|\bimport\s*\(|getBuiltinModule\s*\()\s*"([^"]+)"/g;

function imports(file: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : specifier,
  );
}

/** Every import that the table does not allow, as `file imports what`. */
function violations(file: string, text: string): readonly string[] {
  const rules = RULES.filter(({ what }) => isBelow(file, what));
  const [rule] = rules.sort((one, other) => other.what.length - one.what.length);
  if (rule === undefined) return [`${file} is in no row`];
  return imports(file, text)
    .filter((target) => !rule.may.some((allowed) => isBelow(target, allowed)))
    .map((target) => `${file} imports ${target}`);
}

function sources(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.replaceAll(path.sep, "/")}`),
  );
}

/** The code of a file: examples in comments import what they like. */
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");

describe("the architecture", () => {
  it("no file imports what its folder may not", () => {
    const files = sources("src", "cli", "controller");
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap((file) => violations(file, read(file)))).toEqual([]);
  });

  it("every row of the table is about something that there is", () => {
    expect(RULES.length).toBeGreaterThan(20);
    for (const { what } of RULES) expect([what, fs.existsSync(path.join(ROOT, what))]).toEqual([what, true]);
  });

  const forbidden: readonly (readonly [string, string])[] = [
    ["src/model/scope.ts", 'import * as fs from "node:fs";'],
    ["src/model/token.ts", 'import { hash } from "node:crypto";'],
    ["src/model/token.ts", 'const crypto = process.getBuiltinModule("node:crypto");'],
    ["src/seal/open.ts", 'import { writeAtomic } from "../node/write.ts";'],
    ["src/index.ts", 'export { writeAtomic } from "./node/write.ts";'],
    ["src/seal/open.ts", 'import { parse } from "yaml";'],
    ["src/format/sealed/print.ts", 'import { sealToken } from "../../crypto/seal-token.ts";'],
    ["src/verify/verify.ts", 'import { openToken } from "../crypto/open-token.ts";'],
    ["src/seal/seal.ts", 'export { run } from "../../cli/run.ts";'],
    ["cli/run.ts", 'import { sealToken } from "../src/crypto/seal-token.ts";'],
    ["cli/run.ts", 'import { sealToken } from "../src/index.ts";'],
    ["cli/commands/diff.ts", 'const { KubeConfig } = await import("@kubernetes/client-node");'],
    ["cli/run.ts", 'const controller = await import("../controller/main.ts");'],
    ["controller/standalone/pass.ts", 'import { run } from "../../cli/run.ts";'],
    ["controller/standalone/pass.ts", 'import { Queue } from "../cluster/queue.ts";'],
    ["controller/cluster/cluster.ts", 'import { pass } from "../standalone/pass.ts";'],
    ["src/crypto/key.ts", 'import { parseKeyList } from "../keys/list.ts";'],
    ["controller/standalone/pass.ts", 'import { pino } from "pino";'],
    ["controller/cluster/reconciler.ts", 'import { KubeConfig } from "@kubernetes/client-node";'],
    ["controller/kube/client.ts", 'import { run } from "../../cli/run.ts";'],
    ["utils/helpers.ts", ""],
  ];
  it.each(forbidden)("a forbidden import is found: %s with %s", (file, text) => {
    expect(violations(file, text)).toHaveLength(1);
  });

  it("only the engines and the tests can make an engine with randomness of their own", () => {
    const users = sources("src", "cli", "controller").filter((file) =>
      /createPortableEngine|registerEngine/.test(read(file)),
    );
    expect(users.sort()).toEqual(["src/crypto/engine-portable.ts", "src/crypto/engine.ts", "src/node/engine.ts"]);
  });

  it("what lacre is called in Kubernetes is spelled in src/model/kubernetes.ts and nowhere else", () => {
    // "lacre.dev/digest-" names a digest, and nothing in Kubernetes.
    const spelled =
      /lacre\.dev(?!\/digest-)|["'`]lacre-(?:backup|controller|identity|key-keeper|keys|system)["'`]|[`"]lacre-key-[$"`]/;
    const files = sources("src", "cli", "controller").filter((file) => spelled.test(read(file)));
    expect(files).toEqual(["src/model/kubernetes.ts"]);
  });

  it("src knows no clock, no environment and no global randomness", () => {
    for (const file of sources("src")) {
      if (file.startsWith("src/node/")) continue;
      expect([file, /Date\.now|new Date\(\)|process\.|Math\.random|setTimeout|fetch\(/.test(read(file))]).toEqual([
        file,
        false,
      ]);
    }
  });

  it("commands know no process but through their context", () => {
    // The scripts that ci-steps writes are programs of their own.
    const others = ["cli/main.ts", "cli/terminal/", "cli/repository/ci-steps.ts"];
    const files = sources("cli").filter((file) => !others.some((other) => file.startsWith(other)));
    expect(files.length).toBeGreaterThan(70);
    const own = /\bprocess\.(?!versions\b|pid\b|getBuiltinModule\b)\w+|Date\.now|new Date\(\)|setTimeout|console\./g;
    expect(files.flatMap((file) => (read(file).match(own) ?? []).map((found) => `${file}: ${found}`))).toEqual([]);
  });

  it("backups, which need much code, are loaded only by the commands that make or open one", () => {
    const importers = sources("src", "cli", "controller").filter((file) =>
      /^import (?!type)[^;]*backup\/index\.ts"/m.test(read(file)),
    );
    expect(importers).toEqual([]);
  });

  it("the command line loads the Kubernetes client only when a command needs it", () => {
    expect(read("cli/cluster/cluster.ts")).not.toMatch(/^import (?!type)[^\n]*@kubernetes/m);
  });

  /** A file's folder, below src, cli or controller. */
  const roomOf = (file: string) => file.split("/").slice(0, 2).join("/");
  const arrows = new Map<string, Set<string>>();
  for (const file of sources("src", "cli", "controller")) {
    const targets = imports(file, read(file)).filter((target) => /^(?:src|cli|controller)\//.test(target));
    const known = arrows.get(roomOf(file)) ?? new Set();
    arrows.set(roomOf(file), new Set([...known, ...targets.map(roomOf).filter((room) => room !== roomOf(file))]));
  }
  const reached = (from: string): ReadonlySet<string> => {
    const all = new Set<string>();
    for (let next = [from]; next.length > 0; ) {
      next = next.flatMap((room) => [...(arrows.get(room) ?? [])]).filter((room) => !all.has(room));
      for (const room of next) all.add(room);
    }
    return all;
  };
  const rooms = [
    "src/node",
    "src/keys",
    "cli/git",
    ...["http", "jobs", "keys", "kube", "telemetry"].map((one) => `controller/${one}`),
  ];
  it.each(rooms)("no way of imports, types included, leads out of %s and back", (room) => {
    expect(arrows.has(room)).toBe(true);
    expect([...reached(room)]).not.toContain(room);
  });

  it("no folder of leftovers", () => {
    const folders = sources("src", "cli", "controller").flatMap((file) => file.split("/").slice(0, -1));
    for (const name of ["utils", "common", "helpers", "lib", "types"]) expect(folders).not.toContain(name);
  });
});
