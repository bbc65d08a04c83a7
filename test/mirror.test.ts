/** Tests mirror the house: who looks for the test of a file of the pure core finds it at the same path, and misses none. */
import * as fs from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "..");

/** What is proved without a cluster, a terminal or another program. */
const CORE = ["src", "controller/decide", "controller/http", "controller/kube"];

/** Files that a test of another file, or one about several, proves: which. */
const PROVED_BY: Readonly<Record<string, string>> = {
  // Each of its bytes is compared: with the other engine, and with the vectors of format 1.
  "src/crypto/dhkem.ts": "test/src/crypto/engine.test.ts",
  "src/node/engine.ts": "test/src/crypto/engine.test.ts",
  "src/crypto/engine-portable.ts": "test/src/crypto/engine.test.ts",
  "src/crypto/hpke.ts": "test/src/crypto/own-vectors.test.ts",
  "src/crypto/sha256.ts": "test/src/crypto/engine.test.ts",
  // The other half of a file.
  "src/crypto/edwards25519.ts": "test/src/crypto/ed25519.test.ts",
  "src/crypto/key-id-bytes.ts": "test/src/model/key-id.test.ts",
  "src/crypto/token-place.ts": "test/src/crypto/adversarial-context.test.ts",
};

const exists = (file: string) => fs.existsSync(path.join(ROOT, file));

const core = CORE.flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name.replaceAll(path.sep, "/")}`),
);

/** False for types, constants and lists of exports: there is nothing in them that could decide wrongly. */
function decides(file: string): boolean {
  const text = stripTypeScriptTypes(fs.readFileSync(path.join(ROOT, file), "utf8"));
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return /\bfunction\b|\bclass\b|=>/.test(code);
}

const mirrorOf = (file: string) => `test/${file.replace(/\.ts$/, ".test.ts")}`;

describe("the tests of the pure core", () => {
  it("stand where their files do", () => {
    expect(core.length).toBeGreaterThan(150);
    const missing = core.filter((file) => decides(file) && !exists(mirrorOf(file)));
    expect(missing.filter((file) => PROVED_BY[file] === undefined)).toEqual([]);
  });

  it("stand elsewhere only where that is said, and is so", () => {
    for (const [file, test] of Object.entries(PROVED_BY))
      expect([file, exists(file), exists(mirrorOf(file)), exists(test)]).toEqual([file, true, false, true]);
  });
});
