/**
 * Small repositories: under ng/ each names in .expected the lines that must be found, and no other may be; under ok/
 * nothing may be found. Every value in them comes from a random generator.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type VerifiedFile, verify } from "../../../src/verify/index.ts";

const CASES = path.join(import.meta.dirname, "cases");
const EXPECTED = ".expected";
const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());

function filesOf(directory: string): VerifiedFile[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== EXPECTED)
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ path: path.relative(directory, file), bytes: fs.readFileSync(file) }));
}

function foundIn(directory: string): readonly string[] {
  const findings = verify(filesOf(directory), { sha256 }).filter(({ allowed }) => allowed === undefined);
  return [...new Set(findings.map((finding) => `${finding.path}:${finding.line}`))].sort();
}

const names = (kind: string) => fs.readdirSync(path.join(CASES, kind)).sort();

describe("a repository with a secret in plain sight", () => {
  it.each(names("ng"))("%s: every secret is found, where it stands", (name) => {
    const directory = path.join(CASES, "ng", name);
    const expected = fs.readFileSync(path.join(directory, EXPECTED), "utf8").trim().split("\n").sort();
    expect(expected[0]).not.toBe("");
    expect(foundIn(directory)).toEqual(expected);
  });
});

describe("a repository without one", () => {
  it.each(names("ok"))("%s: nothing is found", (name) => {
    expect(foundIn(path.join(CASES, "ok", name))).toEqual([]);
  });
});

it("there are at least three hundred of each other's kind", () => {
  expect(names("ng").length).toBeGreaterThanOrEqual(300);
  expect(names("ok").length).toBeGreaterThanOrEqual(150);
});

it("the name of a case says what is in it, and is no number", () => {
  const isNumbered = (name: string) => /^(?:further|more)-|-[a-z]?\d+$/.test(name);
  expect(["further-a-yaml", "more-x-yaml", "values-yaml-n1", "values-2"].every(isNumbered)).toBe(true);
  for (const kind of ["ng", "ok"]) {
    expect(names(kind).filter(isNumbered)).toEqual([]);
    const withoutNumbers = names(kind).map((name) => name.replaceAll(/\d/g, ""));
    expect(withoutNumbers.filter((name, at) => withoutNumbers.indexOf(name) !== at)).toEqual([]);
  }
});

it("no report of any case holds a value, nor its base64", () => {
  for (const name of names("ng")) {
    const directory = path.join(CASES, "ng", name);
    const files = filesOf(directory);
    const report = JSON.stringify(verify(files, { sha256 }));
    for (const { bytes } of files) {
      // Long runs of letters and digits are what the generator made; names of keys and paths are shorter or have words.
      for (const [run] of Buffer.from(bytes)
        .toString("latin1")
        .matchAll(/[A-Za-z0-9+/]{14,}/g)) {
        if (/\d/.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run))
          expect([name, report.includes(run)]).toEqual([name, false]);
      }
    }
  }
});
