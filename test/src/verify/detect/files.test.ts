/** Detectors that look at whole files: bare secrets, registries, wrapped texts, texts in base64. */
import { describe, expect, it } from "vitest";
import { BARE_FILES } from "../../../../src/verify/detect/bare-files.ts";
import { ENCODED_TEXTS } from "../../../../src/verify/detect/encoded-texts.ts";
import { REGISTRIES } from "../../../../src/verify/detect/registries.ts";
import { WRAPPED_FILES } from "../../../../src/verify/detect/wrapped-files.ts";
import { detected, found } from "../../../support/detect.ts";

const MADE = "Zq81xTe49vLKd7mW";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a file that is nothing but a secret", () => {
  it.each([
    ["of a generated value", "secrets/api_key", `${MADE}\n`, [`plaintext-credential: ${MADE}`]],
    ["of a password that was chosen", "db_password.txt", "hunter22\n", ["plaintext-credential: hunter22"]],
    ["of a word under the name of a key", "api_key", "production\n", []],
    ["of a hidden token", ".vault-token", `${MADE}\n`, [`plaintext-credential: ${MADE}`]],
    ["under another name", "notes", `${MADE}\n`, []],
    ["with more than a word in it", "db_password", `${MADE} and more\n`, []],
    ["a reference", "db_password", "$" + "{DB_PASSWORD}\n", []],
    ["a program's source", "password.go", `${MADE}\n`, []],
    ["of accounts", "rsyncd.secrets", "me:hunter2\n#you:hunter3\n", ["plaintext-credential: hunter2"]],
    ["of accounts, hashed", ".htpasswd", "me:$2y$05$abcdefghijklmnopqrstuv\n", []],
    ["of PostgreSQL", "pgpass.conf", "db:5432:app:me:hunter2\n", ["plaintext-credential: hunter2"]],
  ])("%s", (_, path, text, hits) => {
    expect(found(BARE_FILES, path, text)).toEqual(hits);
  });

  it("is no file of bytes, no long text, and no text inside of another", () => {
    expect(detected(BARE_FILES, "api_key", MADE, { isBinary: true }).hits).toEqual([]);
    expect(detected(BARE_FILES, "api_key", MADE, { depth: 1 }).hits).toEqual([]);
    expect(detected(BARE_FILES, "api_key", MADE.repeat(300)).hits).toEqual([]);
  });
});

describe("a setting that says where packages come from", () => {
  it.each([
    [".npmrc", "registry=https://evil.test/\n", ["registry-moved: registry"]],
    [".npmrc", "registry=https://registry.npmjs.org/\n", []],
    [".npmrc", "# registry=https://evil.test/\n", []],
    [".npmrc", "@a:registry = https://evil.test\n", ["registry-moved: @a:registry"]],
    [".npmrc", "//evil.test/:_authToken=abc\n", ["registry-moved: //evil.test"]],
    [".npmrc", "registry=$" + "{X}https://registry.npmjs.org.evil.test/\n", ["registry-moved: registry"]],
    [".npmrc", "save-exact=true\n", []],
    [".yarnrc", "registry https://evil.test/\n", ["registry-moved: registry"]],
    [".yarnrc.yml", "npmRegistryServer: https://evil.test\n", ["registry-moved: npmRegistryServer"]],
    ["bunfig.toml", 'registry = "https://evil.test"\n', ["registry-moved: registry"]],
    ["a.npmrc.md", "registry=https://evil.test/\n", []],
    [".pnp.cjs", '["lacre", [', ['tracked-program: ["lacre", [']],
    [".pnp.cjs", '["lacre-extras", [', []],
  ])("%s: %j", (path, text, hits) => {
    expect(found(REGISTRIES, path, text)).toEqual(hits);
  });
});

describe("a text inside of another", () => {
  const LONG = "kind: Secret\nstringData:\n  zone: harbour\n";
  it.each([
    ["that is all of the file", `${base64(LONG)}\n`, [LONG]],
    ["in lines", base64(LONG).replace(/.{20}/g, "$&\n"), [LONG]],
    ["that is too short to be one", base64("short"), []],
    ["with something beside it", `a: ${base64(LONG)}`, []],
    ["that is bytes", Buffer.alloc(60, 1).toString("base64"), []],
  ])("%s is looked at", (_, text, nested) => {
    expect(detected(WRAPPED_FILES, "a", text).nested).toEqual(nested);
  });

  it("that is packed is told", () => {
    const packed = Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(60, 9)]).toString("base64");
    expect(detected(WRAPPED_FILES, "a", packed).hits.map(({ rule }) => rule)).toEqual(["packed-configuration"]);
  });

  it.each([
    ["behind its beginning", `x: ${base64("apiVersion: v1\nkind: Secret")}`, ["apiVersion: v1\nkind: Secret"]],
    ["in a data URL", `x: data:text/plain;base64,${base64("password: hunter2")}`, ["password: hunter2"]],
    ["in a data URL, percent-encoded", "x: data:,password%3D%20hunter2", ["password= hunter2"]],
    ["in the middle of a longer run", `x: abc${base64("apiVersion: v1\nkind: Secret")}`, []],
    ["too short", `x: ;base64,${base64("a")}`, []],
  ])("%s is looked at", (_, text, nested) => {
    expect(detected(ENCODED_TEXTS, "a", text).nested).toEqual(nested);
  });

  it("is not looked into without end", () => {
    expect(detected(WRAPPED_FILES, "a", base64(LONG), { depth: 3 }).nested).toEqual([]);
    expect(detected(ENCODED_TEXTS, "a", base64("apiVersion: v1\nx"), { depth: 3 }).nested).toEqual([]);
  });
});
