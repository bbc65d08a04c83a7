/** Input that was made to be slow: each ends with findings, or says loudly that it was not judged to its end. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyFile } from "../../../src/verify/index.ts";

const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());
/** What takes the square of the time of its length does not end within a test, at this one either. */
const LENGTH = 400_000;
const fill = (text: string, length = LENGTH) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

function judge(path: string, text: string) {
  const context = { sha256, now: () => performance.now(), budgetMs: 3_000 };
  return verifyFile(path, new TextEncoder().encode(text), context);
}

const aliases = Array.from({ length: 26 }, (_, i) => {
  const [name, before] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)];
  return `${name}: &${name} [*${before},*${before}]`;
}).join("\n");

const BAIT: readonly (readonly [string, string, string])[] = [
  ["one long line", "a.yaml", fill("password: ")],
  ["quotes that never close", "a.json", fill('"password":"')],
  ["backslashes", "a.json", `password: ${fill("\\")}"`],
  ["names without end", "a.env", fill("A_PASSWORD_B_SECRET_TOKEN_KEY_")],
  ["values in values", "a.env", fill("PASSWORD=")],
  ["URLs that never reach a host", "a.txt", fill("http://user:pass")],
  ["commands in a row", "a.sh", fill("curl -u mysql -p login ")],
  ["pipes in a row", "a.sh", fill("echo a:bcd | chpasswd --password-stdin ")],
  ["key headers in a row", "a.txt", fill("-----BEGIN RSA PRIVATE KEY-----\nMIIEabcd12345\n")],
  ["base64 of key headers", "a.yaml", fill("LS0tLS1CRUdJTiAB,")],
  ["data URLs", "a.yaml", fill(";base64,QUJD data:,")],
  ["half tokens", "a.txt", fill("eyJhbGciOiJIUzI1NiJ9.eyJxoxb-sk-AKIA.atlasv1.8Q~AzFu:APA91bT3BlbkFJ")],
  ["tokens that are looked for everywhere", "a.txt", `twilio mailgun sanity ghost asana ${fill("sk0123456789abcdef")}`],
  ["elements that never close", "a.xml", fill("<password ")],
  ["blocks that never close", "a.tf", fill('variable "token" {\n')],
  ["a hundred thousand documents", "a.yaml", fill("a: 1\n---\n", 900_000)],
  ["ten thousand Secrets", "a.yaml", fill("kind: Secret\nstringData: {a: b}\n---\n", 350_000)],
  ["depth", "a.yaml", `kind: Secret\n${fill("[", 200_000)}`],
  [
    "depth by indentation",
    "a.yaml",
    `kind: Secret\n${Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")}`,
  ],
  ["an alias bomb", "a.yaml", `kind: Secret\na: &a [x,x]\n${aliases}`],
  ["a Secret that no parser reads", "a.yaml", `kind: Secret\n\tx\nstringData:\n${fill("  a: b\n")}`],
  ["template actions that never close", "a.yaml", `kind: Secret\ndata:\n  a: ${fill('{{ "a" | ')}`],
  ["interpolation that never closes", "a.env", fill("TOKEN=${A:-")],
  ["nothing but line feeds", "a.yaml", fill("\n")],
];

describe("input that was made to be slow", () => {
  it.each(BAIT)("%s: judged to the end, and a finding names its rule", (_, path, text) => {
    for (const { rule } of judge(path, text)) expect(rule).toBeTypeOf("string");
  });
});

it("a secret behind a million small documents is found", () => {
  const text = `${fill("a: 1\n---\n", 9_000_000)}kind: Secret\nstringData:\n  zone: harbour\n`;
  const findings = verifyFile("a.yaml", new TextEncoder().encode(text));
  expect(findings.map(({ rule, line }) => [rule, line])).toEqual([["kubernetes-secret-plaintext", 2_000_003]]);
});

it("a secret at the end of a line of ten megabytes is found", () => {
  const text = `x: "${fill("lorem ipsum, ", 10_000_000)}", password: "Zq81xTe49vLKd7mW"\n`;
  expect(verifyFile("a.json", new TextEncoder().encode(text)).map(({ rule }) => rule)).toEqual([
    "plaintext-credential",
  ]);
});

it("whatever the bytes, a file is judged or said not to be, and places lie within it", () => {
  const paths = fc.constantFrom(
    "a.yaml",
    "a.json",
    ".env",
    "a.tf",
    "a.ts",
    "a.xml",
    "Dockerfile",
    "x",
    "a.md",
    "kustomization.yaml",
  );
  const words = fc.constantFrom(
    "password",
    "kind: Secret\n",
    "stringData:\n",
    "  ",
    ": ",
    "=",
    '"',
    "'",
    "\n",
    "---\n",
    "{",
    "}",
    "{{",
    "}}",
    "|",
    ">-",
    "- name: TOKEN\n",
    "value: ",
    "\\",
    "\0",
    "é",
    "sops:",
    "lacre1.",
    "ENC[",
    "://a:b@",
    "-----BEGIN PRIVATE KEY-----",
  );
  const text = fc.array(fc.oneof(words, fc.string()), { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(paths, text, (path, content) => {
      const lines = content.split("\n").length;
      for (const { line, column, endLine, endColumn } of judge(path, content)) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(endLine).toBeGreaterThanOrEqual(line);
        expect(endLine).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        if (line === endLine) expect(endColumn).toBeGreaterThan(column);
      }
    }),
    { numRuns: 300 },
  );
});
