/** What the package says of itself is so. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_CODES } from "../cli/exit-codes.ts";
import { MINIMUM_NODE } from "../cli/version.ts";
import { VERSION } from "../src/index.ts";

const ROOT = path.join(import.meta.dirname, "..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");
const manifest = JSON.parse(read("package.json"));

describe("the package", () => {
  it("has one version and one oldest Node everywhere", () => {
    expect(VERSION).toBe(manifest.version);
    expect(manifest.engines.node).toBe(`>=${MINIMUM_NODE.join(".")}`);
    expect(read("CHANGELOG.md")).toContain(`## ${VERSION}`);
  });

  it("pins exactly whatever touches cryptography, and everything else too", () => {
    for (const range of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(range).toMatch(/^\d+\.\d+\.\d+$/);
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
        .filter((name) => name.endsWith(".ts") && !/^(?:errors|exit-codes)\.ts$/.test(name))
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
