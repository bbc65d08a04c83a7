/** What stands in a Secret is a value unless all of it has the shape of something else. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what references look like
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type VerifiedFile, verify } from "../../../../src/verify/index.ts";

const secret = (value: string, more = "") =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  zone: ${JSON.stringify(value)}\n${more}`;
const found = (text: string) =>
  verify([{ path: "a.yaml", bytes: new TextEncoder().encode(text) }]).map(({ rule, line }) => `${rule}:${line}`);

const RANDOM = "Zq81xTe49vLKd7mW";
const SOPS =
  "sops:\n  mac: ENC[AES256_GCM,data:Zm9v,iv:Zm9v,tag:Zm9v,type:str]\n  version: 3.9.0\n  encrypted_regex: ^(data|stringData)$\n";
const LEAF = "ENC[AES256_GCM,data:Zm9vYmFy,iv:Zm9vYmFyZm9v,tag:Zm9vYmFyZm9v,type:str]";

describe("a text in a Secret", () => {
  it.each([
    `\${${RANDOM}}`,
    "${correct horse battery}",
    `{{ ${RANDOM} }}`,
    `{{ "${RANDOM}" }}`,
    `$${RANDOM}`,
    `%${RANDOM}%`,
    `__${RANDOM}__`,
    `${RANDOM}\${X}`,
    `hunter2\${X}`,
    `\${X}${RANDOM}`,
    "ENC[hunter2]",
    "ENC[AES256_GCM,hunter2]",
    LEAF,
    "ENC[PKCS7,hunter2]",
    "vault:hunter2",
    `vault:${RANDOM}`,
    `vault:secret/data/${RANDOM}#a`,
    `file:${RANDOM}`,
    "env:hunter2 and more",
    "arn:hunter2",
    "config.hunter2",
    "self.hunter2",
    "op://hunter2",
    `op://vault/item/${RANDOM}`,
    "kms:hunter2",
    "{cipher}hunter2",
    "{AES}hunter2",
    "U2FsdGVkX1hunter2",
    "-----BEGIN PGP MESSAGE-----hunter2",
    "-----BEGIN AGE ENCRYPTED FILE-----\nhunter2\n",
    `changeme-${RANDOM}`,
    `${RANDOM}-example`,
    "lacre1.hunter2",
    `lacre1.${RANDOM}`,
  ])("%s is a value", (value) => {
    expect(found(secret(value))).toEqual(["kubernetes-secret-plaintext:6"]);
    const data = secret(Buffer.from(value).toString("base64")).replace("stringData", "data");
    expect(found(data)).toEqual(["kubernetes-secret-plaintext:6"]);
  });

  it.each([
    "${DB_PASSWORD}",
    "${db_password}",
    "${OAUTH2_K8S_S3_KEY}",
    "$DB_PASSWORD",
    "$(DB_PASSWORD)",
    "{{ .Values.password }}",
    '{{ .Values.password | default "postgres" | b64enc }}',
    "${{ secrets.DB_PASSWORD }}",
    "postgres://user:${DB_PASSWORD}@db/app",
    "vault:secret/data/app#password",
    "vault:secret/data/app#password#3",
    "ref+vault://secret/app#/password",
    "op://vault/item/password",
    "op://abcdefghij1234567890klmnop/abcdefghij1234567890klmnoq/password",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf",
    "awssm:app/db#password",
    "projects/app/secrets/db/versions/latest",
    "changeme",
    "<password>",
    "",
  ])("%s is none", (value) => {
    expect(found(secret(value))).toEqual([]);
  });

  it("with a password in its address is one, whatever else is filled in", () => {
    expect(found(secret("postgres://user:hunter2@db/${NAME}"))).toEqual(["connection-string-password:6"]);
  });

  it("passes as a leaf of SOPS only where SOPS' metadata stands with it", () => {
    expect(found(secret(LEAF))).toHaveLength(1);
    expect(found(secret(LEAF, SOPS))).toEqual([]);
  });

  it("that is a token is a finding of its own, also in base64 and in what makes a Secret", () => {
    const rules = new Map<string, number>();
    for (const finding of verify(filesOf("ng/token-in-secret")))
      rules.set(finding.rule, (rules.get(finding.rule) ?? 0) + 1);
    expect([...rules]).toEqual([["sealed-token-in-secret", 7]]);
  });
});

function filesOf(name: string): readonly VerifiedFile[] {
  const directory = path.join(import.meta.dirname, "../cases", name);
  return fs
    .readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => fs.statSync(path.join(directory, file)).isFile() && file !== ".expected")
    .map((file) => ({ path: file, bytes: fs.readFileSync(path.join(directory, file)) }));
}
