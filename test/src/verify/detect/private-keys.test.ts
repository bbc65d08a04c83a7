/** Private keys in their forms, and what only looks like one. */
import { describe, expect, it } from "vitest";
import { BINARY_KEYS, PRIVATE_KEYS } from "../../../../src/verify/detect/private-keys.ts";
import { detected } from "../../../support/detect.ts";

const BODY = Buffer.from(Array.from({ length: 96 }, (_, at) => (at * 101 + 7) & 0xff)).toString("base64");
const pem = (label: string, body = BODY) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const rules = (text: string) => detected(PRIVATE_KEYS, "a", text).hits.map(({ rule }) => rule);

describe("a text with", () => {
  it.each([
    ["a key of PKCS#8", pem("PRIVATE KEY"), ["private-key"]],
    ["a key of OpenSSH", pem("OPENSSH PRIVATE KEY"), ["private-key"]],
    ["a key on one line", JSON.stringify(pem("RSA PRIVATE KEY")), ["private-key"]],
    ["a key that is encrypted", pem("ENCRYPTED PRIVATE KEY"), []],
    ["a key that OpenSSH encrypted", pem("OPENSSH PRIVATE KEY", `YmNyeXB0${BODY}`), []],
    ["a key of dots", pem("PRIVATE KEY", `MII${"A".repeat(60)}...`), []],
    ["a public key", pem("PUBLIC KEY"), []],
    ["the words alone", "the private key of", []],
    ["our private key", `lacre-private-1.x25519.${"a".repeat(43)}`, ["lacre-private-key"]],
    ["our identity", `lacre-identity-1.${"a".repeat(43)}`, ["lacre-private-key"]],
    ["our signing key", `lacre-signing-private-1.${"a".repeat(43)}`, ["lacre-private-key"]],
    ["a share of a backup", `lacre-share-1.0123abcd.1.2.3.${"a".repeat(43)}`, ["lacre-private-key"]],
    ["our public key", `lacre-public-1.x25519.${"a".repeat(43)}`, []],
    ["PuTTY's, not encrypted", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n", ["private-key"]],
    ["PuTTY's, encrypted", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\n", []],
    ["a JSON web key with its private part", '{"kty":"EC","x":"a","d":"Zq81xTe49vLKd7mWZq81xTe49v"}', ["private-key"]],
    ["a JSON web key without it", '{"kty":"EC","x":"Zq81xTe49vLKd7mWZq81xTe49v"}', []],
    ["the private part of another object", '{"kty":"EC"}, {"d":"Zq81xTe49vLKd7mWZq81xTe49v"}', []],
  ])("%s", (_, text, expected) => {
    expect(rules(text)).toEqual(expected);
  });
});

describe("a file in bytes that is", () => {
  const PKCS8 = "0\x82\x01\x00\x02\x01\x000\x0d\x06";
  it.each([
    ["a key, under a name for one", "a.der", PKCS8, 1],
    ["a key, under another name", "a.bin.txt", PKCS8, 0],
    ["a Java key store", "a.jks", "\xfe\xed\xfe\xed\0\0", 1],
    ["a store of those who are trusted", "cacerts", "\xfe\xed\xfe\xed\0\0", 0],
    ["something else", "a.der", "0\x82\x01\x00\x04", 0],
  ])("%s", (_, path, text, count) => {
    expect(detected(BINARY_KEYS, path, text).hits).toHaveLength(count);
  });

  it("inside of another file is none by its bytes alone", () => {
    expect(detected(BINARY_KEYS, "a.jks", "\xfe\xed\xfe\xed\0\0", { depth: 1 }).hits).toEqual([]);
  });
});
