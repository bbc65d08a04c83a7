/** What is told to be another tool's ciphertext by its form alone, and what only looks like it. */
import { describe, expect, it } from "vitest";
import {
  FOREIGN_FORMATS,
  hasForeignTraces,
  isForeignBinary,
  isForeignValue,
} from "../../../../src/format/foreign/formats.ts";

const BASE64 = "Zm9yIG5vYm9keSBidXQgYSBrZXk".repeat(20);

describe("a value", () => {
  it.each([
    ["of SOPS", "ENC[AES256_GCM,data:p673w==,iv:YY=,tag:A=,type:str]"],
    ["of ejson", "EJ[1:aGVsbG8=:d29ybGQ=:YmFzZTY0]"],
    ["of Ansible Vault", "$ANSIBLE_VAULT;1.1;AES256\n6162"],
    ["of age, in armor", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----"],
    ["of age, in base64 of its armor", "LS0tLS1CRUdJTiBBR0UgRU5DUllQVEVEIEZJTEUt"],
    ["of OpenSSL", "U2FsdGVkX1+abcdefgh"],
    ["of dotenvx", `encrypted:${BASE64}`],
    ["of kubeseal", `AgB${BASE64}`],
  ])("%s is sealed", (_, value) => {
    expect(isForeignValue(value)).toBe(true);
  });

  it.each([
    ["the mark of SOPS without an end", "ENC[AES256_GCM,data:p673w=="],
    ["another bracket behind ENC", "ENC[password]"],
    ["the mark of ejson around nothing", "EJ[1:::]"],
    ["a word in front of a short text", "encrypted:hunter2"],
    ["a short text that begins like one of kubeseal", "AgBhunter2"],
    ["a mention of age", "see -----BEGIN AGE ENCRYPTED FILE-----"],
    ["nothing", ""],
  ])("%s is not", (_, value) => {
    expect(isForeignValue(value)).toBe(false);
  });
});

describe("a whole file in bytes", () => {
  it.each([
    ["git-crypt", "\0GITCRYPT\0\x01\x02", true],
    ["age", "age-encryption.org/v1\n-> X25519", true],
    ["OpenSSL", "Salted__\x01\x02", true],
    ["the name of git-crypt in a text", "GITCRYPT", false],
    ["the name of age in a text", "# age-encryption.org/v1\n", false],
    ["no bytes", "", false],
  ])("%s: %j is ciphertext: %s", (_, bytes, isIt) => {
    expect(isForeignBinary(bytes)).toBe(isIt);
  });
});

describe("a text that went through a tool", () => {
  it.each([
    ["metadata of SOPS in YAML", "a: b\nsops:\n  mac: x\n", true],
    ["metadata of SOPS in JSON", '{\n  "sops": {}\n}', true],
    ["metadata of SOPS in variables", "A=b\nsops_version=3\n", true],
    ["a value of ejson", '{"a": "EJ[1:x:y:z]"}', true],
    ["encryptedData of kubeseal", "spec:\n  encryptedData:\n    a: b\n", true],
    ["armor of age", "key: |\n  -----BEGIN AGE ENCRYPTED FILE-----\n", true],
    ["a .env file of dotenvx", 'DOTENV_PUBLIC_KEY="03ab"\nA="encrypted:xyz"\n', true],
    ["a public key of dotenvx above values in the clear", 'DOTENV_PUBLIC_KEY="03ab"\nA="plain"\n', false],
    ["the word encrypted without such a key", 'A="encrypted:xyz"\n', false],
    ["a file that nothing has touched", "password: hunter2\nA=b\n", false],
  ])("%s: %s", (_, text, hasThem) => {
    expect(hasForeignTraces(text)).toBe(hasThem);
  });
});

it("every row says how its ciphertext is told", () => {
  for (const format of FOREIGN_FORMATS) expect(format.value ?? format.bytes).toBeInstanceOf(RegExp);
});

it("no row keeps a place in a text between two questions: its patterns are not sticky", () => {
  for (const { value, bytes } of FOREIGN_FORMATS)
    for (const pattern of [value, bytes]) expect(pattern?.flags ?? "").not.toMatch(/[gy]/);
});
