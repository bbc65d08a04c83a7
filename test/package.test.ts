/** What the package says of itself is so. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { MINIMUM_NODE } from "../cli/version.ts";
import { EXIT_CODES } from "../src/node/exit-status.ts";
import { VERSION } from "../src/version.ts";

const ROOT = path.join(import.meta.dirname, "..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");
const manifest = JSON.parse(read("package.json"));

/** What a program or its types ask for by name, at run time or before. */
const ASKED = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\w*\s*\(\s*)(["'`])([^"'`\n.][^"'`\n]*)\1/g;
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*(?:\/\/|\*).*$/gm, "");
const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "";

describe("the package", () => {
  it("has one version and one oldest Node everywhere", () => {
    expect(VERSION).toBe(manifest.version);
    expect(manifest.engines.node).toBe(`>=${MINIMUM_NODE.join(".")}`);
    expect(read("CHANGELOG.md")).toContain(`## ${VERSION}`);
  });

  it("is tested on the oldest Kubernetes that it promises", () => {
    const [, oldest = "?"] = /OLDEST_KUBERNETES = "(\d+\.\d+)\./.exec(read("tools/nightly.ts")) ?? [];
    expect(read("docs/kubernetes.md")).toContain(`Kubernetes ${oldest} is the oldest supported version`);
  });

  it("pins exactly whatever touches cryptography, and everything else too", () => {
    for (const range of Object.values(manifest.devDependencies)) expect(range).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("brings no other package along, and nothing of it looks for one where it is installed", () => {
    for (const kind of ["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"])
      expect([kind, manifest[kind]]).toEqual([kind, undefined]);
    for (const script of ["preinstall", "install", "postinstall", "prepare"])
      expect([script, manifest.scripts[script]]).toEqual([script, undefined]);
    const locked = Object.keys(JSON.parse(read("package-lock.json")).packages);
    const known = new Set(locked.map((at) => at.split("node_modules/").at(-1)));
    const programs = fs
      .readdirSync(path.join(ROOT, "dist"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:c?js|d\.ts)$/.test(name));
    expect(programs.length).toBeGreaterThan(100);
    const asked = programs.flatMap((name) =>
      [...withoutComments(read(`dist/${name}`)).matchAll(ASKED)]
        .map(([, , specifier = ""]) => specifier)
        .filter((specifier) => known.has(packageOf(specifier)) || specifier === "supports-color")
        .map((specifier) => `${name} asks for ${specifier}`),
    );
    expect(asked).toEqual([]);
  });

  it("holds a library that browsers can load: only lacre/node asks Node for anything", () => {
    const users = fs
      .readdirSync(path.join(ROOT, "dist/src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".js"))
      .filter((name) =>
        /getBuiltinModule|\brequire\s*\(|(?:from|import)\s*\(?"node:/.test(withoutComments(read(`dist/src/${name}`))),
      );
    expect(users).toEqual(["node/index.js"]);
  });

  it("names every package that is inside of it, with its version and licence", () => {
    const text = read("dist/THIRD-PARTY-LICENCES.txt");
    for (const name of ["@kubernetes/client-node", "@noble/curves", "commander", "undici", "yaml"])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, "m"));
  });

  it("builds its image on others by digest only, and gives no digest that nobody has looked up", () => {
    const text = read("deploy/Dockerfile");
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases.length).toBe(2);
    for (const base of bases) expect(base).toMatch(/^\$\{\w+_IMAGE\}@sha256:\$\{\w+_SHA256\}$/);
    expect(text).toMatch(/^ARG NODE_SHA256$/m);
  });

  it("docs/threat-model.md names a test for every row of what is defended, and each is there", () => {
    const text = read("docs/threat-model.md");
    const named = [...text.matchAll(/test\/[\w./-]+\.test\.ts/g)].map(([file]) => file);
    expect(named.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
    const rows = [...text.matchAll(/^\| defended \| by \| shown in \|\n\| ---.*\n((?:\|.*\n)+)/gm)];
    const defended = rows.flatMap(([, table = ""]) => table.trim().split("\n"));
    expect(defended.length).toBeGreaterThan(30);
    expect(defended.filter((row) => !row.includes(".test.ts"))).toEqual([]);
  });

  it("docs/errors.md explains every code, with its exit status, and no other", () => {
    const documented = [...read("docs/errors.md").matchAll(/^### ([A-Z_]+)\n\nExit status (\d+)\./gm)].map(
      ([, code, status]) => [code, Number(status)],
    );
    expect(Object.fromEntries(documented)).toEqual(EXIT_CODES);
  });

  it("every error code is thrown somewhere, or it would be a promise nobody keeps", () => {
    const sources = ["src", "cli", "controller"].flatMap((folder) =>
      fs
        .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !/^(?:errors|exit-status)\.ts$/.test(name))
        .map((name) => read(`${folder}/${name}`)),
    );
    const text = sources.join("\n");
    for (const code of Object.keys(EXIT_CODES)) expect([code, text.includes(`"${code}"`)]).toEqual([code, true]);
  });

  it("README is a tour of at most 200 lines, and every relative link in the documents leads somewhere", () => {
    expect(read("README.md").split("\n").length).toBeLessThanOrEqual(200);
    const documents = [
      "README.md",
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
      ...fs
        .readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
    ];
    for (const document of documents) {
      for (const [, link = ""] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const target = path.join(ROOT, path.dirname(document), link);
        expect([document, link, fs.existsSync(target)]).toEqual([document, link, true]);
      }
    }
  });

  it("keys.example holds public keys only", () => {
    for (const name of fs.readdirSync(path.join(ROOT, "keys.example")))
      expect(read(`keys.example/${name}`)).not.toMatch(/lacre-private-1\.\w+\.[\w-]{43}/);
  });
});
