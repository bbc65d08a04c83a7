/** Files into findings: their order, their identities, what excuses them, and what was not judged. */
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/bytes.ts";
import { MAX_VERIFIED_BYTES, unscanned, verify, verifyFile } from "../../../src/verify/verify.ts";

const file = (path: string, text: string) => ({ path, bytes: utf8(text) });

it("findings come in the order of paths and lines", () => {
  const files = [file("b.env", "A_PASSWORD=hunter2\n"), file("a.env", "\nA_PASSWORD=hunter2\nB_PASSWORD=hunter3\n")];
  expect(verify(files).map(({ path, line }) => `${path}:${line}`)).toEqual(["a.env:2", "a.env:3", "b.env:1"]);
});

it("what one file says about another counts", () => {
  const files = [file("a.env", "zone=harbour\n"), file("kustomization.yaml", "secretGenerator:\n- envs: [a.env]\n")];
  expect(verify(files).map(({ rule, path }) => [rule, path])).toEqual([["secret-generator-file", "a.env"]]);
});

describe("a finding", () => {
  it("names the entry and the next step, quoted for a shell, and holds no part of the value", () => {
    const [found] = verifyFile("a b.env", utf8("A_PASSWORD=hunter2\n"));
    expect(found).toMatchObject({ line: 1, column: 12, endLine: 1, endColumn: 19 });
    expect(found?.fix).toContain("'a b.env'");
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("has an identity under each key, of rule, path and value, not of its line", () => {
    const identify = (message: Uint8Array) => [`one ${new TextDecoder().decode(message).length}`, "two"];
    const [above] = verifyFile("a.env", utf8("A_PASSWORD=hunter2\n"), { identify });
    const [below] = verifyFile("a.env", utf8("\n\nA_PASSWORD=hunter2\n"), { identify });
    const [other] = verifyFile("a.env", utf8("A_PASSWORD=hunter22\n"), { identify });
    expect(above?.identities).toEqual(below?.identities);
    expect(above?.identities).not.toEqual(other?.identities);
    expect(above?.identities?.[1]).toBe("two");
  });

  it("without a key has none", () => {
    expect(verifyFile("a.env", utf8("A_PASSWORD=hunter2\n"))[0]).not.toHaveProperty("identities");
  });

  it("is allowed by a comment beside it", () => {
    const [found] = verifyFile("a.env", utf8("# lacre:allow plaintext-credential a test\nA_PASSWORD=hunter2\n"));
    expect(found?.allowed).toEqual({ by: "inline", reason: "a test" });
  });
});

describe("a file that is not judged to its end", () => {
  it("for its size", () => {
    const bytes = { length: MAX_VERIFIED_BYTES + 1 } as Uint8Array;
    expect(verifyFile("a", bytes).map(({ rule }) => rule)).toEqual(["too-large"]);
  });

  it("for its many findings, which are told up to there", () => {
    const text = "A_PASSWORD=hunter2\n".repeat(1500);
    const rules = verifyFile("a.env", utf8(text)).map(({ rule }) => rule);
    expect([rules.length, rules.at(-1)]).toEqual([1001, "too-many"]);
  });

  it("for the time that it took", () => {
    let clock = 0;
    const rules = verifyFile("a.env", utf8("A_PASSWORD=hunter2\n"), { now: () => clock++, budgetMs: 0 });
    expect(rules.map(({ rule }) => rule)).toEqual(["too-slow"]);
  });

  it("says how to go on", () => {
    expect(unscanned("unreadable", "a.yaml", "cannot be read (EACCES)")).toMatchObject({
      rule: "unreadable",
      line: 1,
      message: "cannot be read (EACCES)",
      fix: expect.stringContaining("a.yaml"),
    });
  });
});
