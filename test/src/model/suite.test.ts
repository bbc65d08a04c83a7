/** The suites are rows of one table, and whatever names one elsewhere says the same. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_SUITE, isSuite, SUITE_NAMES, SUITES, suiteOf } from "../../../src/model/suite.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

describe("the table of suites", () => {
  it("gives every suite a byte and a KEM of its own", () => {
    const rows = Object.values(SUITES);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(new Set(rows.map(({ kem }) => kem)).size).toBe(rows.length);
  });

  it("names the default first", () => {
    expect(SUITE_NAMES[0]).toBe(DEFAULT_SUITE);
  });

  it("has the X25519 key of 32 bytes within the public key", () => {
    for (const { x25519Offset, publicKeyBytes } of Object.values(SUITES))
      expect(x25519Offset + 32).toBeLessThanOrEqual(publicKeyBytes);
  });

  it.each([
    ["the byte of x25519", 0x01, "x25519"],
    ["the byte of the hybrid", 0x02, "mlkem768x25519"],
    ["no byte at all", 0x00, undefined],
    ["a byte that nothing has", 0x03, undefined],
  ])("%s is taken for what the format says", (_, id, suite) => {
    expect(suiteOf(id)).toBe(suite);
  });

  it.each(["X25519", "x25519 ", "", "toString", "__proto__"])("%j is no suite", (name) => {
    expect(isSuite(name)).toBe(false);
  });
});

describe("what is written outside of the code", () => {
  it("the schema of .lacre.yaml allows every suite and no other", () => {
    const schema = JSON.parse(read("docs/lacre.schema.json"));
    expect([...schema.properties.verify.properties.suites.items.enum].sort()).toEqual([...SUITE_NAMES].sort());
  });

  it("the objects of the cluster name no suite: a token says its own", () => {
    for (const file of fs.readdirSync(path.join(ROOT, "deploy"), { recursive: true, encoding: "utf8" })) {
      if (!/\.ya?ml$/.test(file)) continue;
      for (const suite of SUITE_NAMES) expect([file, read(`deploy/${file}`).includes(suite)]).toEqual([file, false]);
    }
  });

  it("no other file of the programs names a suite, but the rows of the engines", () => {
    const files = ["src", "cli", "controller"].flatMap((folder) =>
      fs
        .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${folder}/${name.replaceAll(path.sep, "/")}`),
    );
    const naming = files.filter((file) => {
      const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
      return SUITE_NAMES.some((suite) => code.includes(`"${suite}"`) || code.includes(`${suite}:`));
    });
    expect(naming.sort()).toEqual(["src/crypto/engine-portable.ts", "src/model/suite.ts", "src/node/engine.ts"]);
  });
});
