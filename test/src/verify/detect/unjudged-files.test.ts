/** Secrets in encodings, wrappings and under names that nobody expects: found, or told as not judged; never clean. */
import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { verify } from "../../../../src/verify/index.ts";

const YAML =
  "# no value of ours: 秘密\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  zone: hunter-plain\n";
const ASCII = YAML.replace(/[^\n]*\n/, "");
const JSON_LINE = `${JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: { zone: "hunter-plain" } })}\n`;

const rules = (path: string, bytes: Uint8Array) => verify([{ path, bytes }]).map(({ rule, line }) => `${rule}:${line}`);

function utf32(text: string, order: "le" | "be", mark: boolean): Uint8Array {
  const codes = [...(mark ? "\ufeff" : ""), ...text].map((character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(codes.length * 4);
  codes.forEach((code, at) => {
    if (order === "le") bytes.writeUInt32LE(code, at * 4);
    else bytes.writeUInt32BE(code, at * 4);
  });
  return bytes;
}

/** Code page 037, as far as the text needs it. */
function ebcdic(text: string): Uint8Array {
  const table = new Map<string, number>([
    ["\n", 0x25],
    [" ", 0x40],
    [".", 0x4b],
    ["(", 0x4d],
    ["/", 0x61],
    ["-", 0x60],
    [":", 0x7a],
    ["=", 0x7e],
    ["_", 0x6d],
  ]);
  "abcdefghi".split("").forEach((letter, at) => {
    table.set(letter, 0x81 + at);
    table.set(letter.toUpperCase(), 0xc1 + at);
  });
  "jklmnopqr".split("").forEach((letter, at) => {
    table.set(letter, 0x91 + at);
    table.set(letter.toUpperCase(), 0xd1 + at);
  });
  "stuvwxyz".split("").forEach((letter, at) => {
    table.set(letter, 0xa2 + at);
    table.set(letter.toUpperCase(), 0xe2 + at);
  });
  "0123456789".split("").forEach((digit, at) => {
    table.set(digit, 0xf0 + at);
  });
  return Uint8Array.from(text, (character) => table.get(character) ?? 0x6f);
}

const utf7 = (text: string) => `+${Buffer.from(text, "utf16le").swap16().toString("base64").replace(/=+$/, "")}-`;

describe("a Secret in another encoding", () => {
  it("is found in UTF-32, with a mark or without", () => {
    for (const order of ["le", "be"] as const)
      for (const mark of [true, false])
        expect(rules("a.yaml", utf32(YAML, order, mark))).toEqual(["kubernetes-secret-plaintext:7"]);
  });

  it("is told in EBCDIC and in UTF-7, whole or in its values", () => {
    expect(rules("a.yaml", ebcdic(ASCII))).toEqual(["encoding-unknown:1"]);
    expect(rules("notes", ebcdic(ASCII))).toEqual(["encoding-unknown:1"]);
    expect(rules("a.yaml", Buffer.from(utf7(ASCII)))).toEqual(["encoding-unknown:1"]);
    expect(rules("a.yaml", Buffer.from(utf7(ASCII.repeat(100))))).toEqual(["encoding-unknown:1"]);
    const words = `apiVersion: v1\n${utf7("kind")}: ${utf7("Secret")}\n${utf7("stringData")}:\n  zone: ${utf7("hunter")}\n`;
    expect(rules("a.yaml", Buffer.from(words))).toEqual(["encoding-unknown:1"]);
    const letters = "apiVersion: v1\nk+AGk-nd: S+AGU-cret\ns+AHQ-ringData:\n  zone: hunter\n";
    expect(rules("a.yaml", Buffer.from(letters))).toEqual(["encoding-unknown:1"]);
  });

  it("is told where zero bytes stand in the name of a text, also behind its beginning", () => {
    const odd = Buffer.concat([Buffer.from(`# ${"秘".repeat(600)}\n`, "utf16le"), Buffer.from(ASCII, "utf16le")]);
    expect(rules("a.yaml", odd)).toContain("encoding-unknown:1");
    const late = Buffer.concat([Buffer.from(`# ${"x".repeat(9000)}\n`), Buffer.from(ASCII, "utf16le")]);
    expect(rules("deploy/.env", late)).toContain("encoding-unknown:1");
    const shifted = Buffer.concat([Buffer.from("#"), utf32(ASCII, "le", false), Buffer.from("x")]);
    expect(rules("notes", shifted)).toEqual(["encoding-unknown:1"]);
    expect(rules("a.png", odd)).toEqual([]);
    expect(rules("a.yaml", Buffer.concat([Buffer.from("\0GITCRYPT\0"), Buffer.alloc(40, 7)]))).toEqual([]);
  });

  it("is not seen in ordinary texts", () => {
    const base64 = `${Buffer.from(Array.from({ length: 6000 }, (_, at) => (at * 7919) & 0xff)).toString("base64")}\n`;
    for (const text of ["1 +A- 2 +AB\n", `url: a+Api+Auth\n`, `c++A and c+A\n${base64}`, "über: größe\n"])
      expect([text.slice(0, 20), rules("a.yaml", Buffer.from(text))]).toEqual([text.slice(0, 20), []]);
    expect(rules("a.txt", Buffer.from("größe der Straße, für Übungen\n", "latin1"))).toEqual([]);
  });
});

describe("a packed Secret", () => {
  const tar = Buffer.alloc(1024);
  tar.write("secret.yaml", 0);
  tar.write("ustar", 257);
  it.each([
    ["secret.yaml.gz", zlib.gzipSync(YAML)],
    ["a.yml.zst", zlib.zstdCompressSync(Buffer.from(YAML))],
    ["a.yaml", zlib.gzipSync(YAML)],
    ["prod.env.zip", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(60)])],
    ["secrets.tar", tar],
    ["secrets.tar.gz", zlib.gzipSync(tar)],
    ["values", Buffer.from(zlib.gzipSync(YAML).toString("base64"))],
  ])("%s is told as not judged", (path, bytes) => {
    expect(rules(path, bytes)).toEqual(["packed-configuration:1"]);
  });

  it("is a note where archives are kept", () => {
    expect(rules("lib/tool.jar", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(60)]))).toEqual([
      "packed-file:1",
    ]);
  });

  it("is found in base64, also twice, in lines, and under any name", () => {
    const once = Buffer.from(ASCII.replace("apiVersion: v1\n", "")).toString("base64");
    for (const text of [
      once,
      once.replace(/.{76}/g, "$&\n"),
      Buffer.from(once).toString("base64"),
      `${Buffer.from(YAML).toString("base64")}\n`,
    ])
      for (const path of ["a", "a.txt", "a.b64", "a.yaml"])
        expect(rules(path, Buffer.from(text))).toContain("kubernetes-secret-plaintext:1");
    const config = `kind: ConfigMap\ndata:\n  a: ${Buffer.from(JSON_LINE).toString("base64")}\n`;
    expect(rules("c.yaml", Buffer.from(config))).toEqual(["kubernetes-secret-plaintext:3"]);
  });
});

describe("a Secret under a name with a second suffix", () => {
  const SUFFIXES = [
    ".bak",
    ".orig",
    ".tmpl",
    ".tpl",
    ".old",
    ".1",
    ".txt",
    ".md",
    ".lock",
    ".patch",
    ".log",
    ".sh",
    ".py",
    "~",
    ".svg",
  ];
  it.each(SUFFIXES)("%s is found", (suffix) => {
    expect(rules(`secret.yaml${suffix}`, Buffer.from(ASCII))).toEqual(["kubernetes-secret-plaintext:6"]);
    expect(rules(`secret.yml${suffix}`, Buffer.from(ASCII))).toEqual(["kubernetes-secret-plaintext:6"]);
    expect(rules(`secret.json${suffix}`, Buffer.from(JSON_LINE))).toEqual(["kubernetes-secret-plaintext:1"]);
  });

  it.each([".bak", ".orig", ".tmpl", "~", ".1"])("%s does not hide a token that is none", (suffix) => {
    const sealed =
      "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\nspec:\n  entries:\n    zone: { sealed: lacre1.AAAA }\n";
    expect(rules(`secret.yaml${suffix}`, Buffer.from(sealed))).toEqual(["sealed-token-malformed:8"]);
  });
});
