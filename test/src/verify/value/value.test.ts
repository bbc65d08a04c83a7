/** What a value is by its form alone. */
import { describe, expect, it } from "vitest";
import {
  classifyValue,
  interpolationDefault,
  isDocumented,
  isMonotonous,
  isWeakDefault,
  type ValueKind,
} from "../../../../src/verify/value/value.ts";

const LONG = "c2VhbGVkIGZvciBub2JvZHk".repeat(3);

describe("a value", () => {
  const VALUES: readonly (readonly [string, ValueKind])[] = [
    ["  ", "empty"],
    ["ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", "sealed"],
    ["ENC[PKCS7,MIIB]", "sealed"],
    [`{cipher}${LONG}`, "sealed"],
    ["vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==", "sealed"],
    ["lacre1.AAAA", "literal"],
    ["$" + "{DB_PASSWORD}", "reference"],
    ["$" + "{DB_PASSWORD:-postgres}", "reference"],
    ["$" + "{DB_PASSWORD:-Zq81xTe49vLKd7mW}", "literal"],
    ["{{ .Values.password }}", "reference"],
    ["vault:secret/data/db#password", "reference"],
    ["process.env.PASSWORD", "reference"],
    ["changeme", "placeholder"],
    ["<your-password>", "placeholder"],
    ["xxxxxxxx", "placeholder"],
    ["AKIAIOSFODNN7EXAMPLE", "placeholder"],
    ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "public"],
    ["-----BEGIN CERTIFICATE-----\nMIIB\n-----BEGIN PRIVATE KEY-----", "literal"],
    ["ssh-ed25519 AAAAC3Nza me", "public"],
    ["$2b$12$abcdefghijklmnopqrstuv", "hash"],
    ["{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "hash"],
    ["hunter2", "literal"],
    ["Zq81xTe49vLKd7mW", "literal"],
  ];
  it.each(VALUES)("%j is taken for %s", (value, kind) => {
    expect(classifyValue(value)).toBe(kind);
  });
});

it.each([
  ["$" + "{A:-b}", "b"],
  ["$" + "{A-b}", "b"],
  ["$" + "{a.b:c}", "c"],
  ['{{ "b" | quote }}', "b"],
  ["$" + "{A:?message}", undefined],
  ["$" + "{A}", undefined],
  ["b", undefined],
])("the default inside %j is %j", (value, inside) => {
  expect(interpolationDefault(value)).toBe(inside);
});

it.each([
  ["aaaaaaaa", true],
  ["abcabcabcabcabcabcabc", true],
  ["abcdefgh", true],
  ["12345678", true],
  ["xY1-xY1-xY1-", true],
  ["hunter2", false],
  ["Zq81xTe49vLKd7mW", false],
])("%j says the same over and over: %s", (value, isIt) => {
  expect(isMonotonous(value)).toBe(isIt);
});

it("everybody's defaults are weak, and what a provider's page shows is documented", () => {
  expect(["postgres", " admin ", "changeit", "hunter2"].map(isWeakDefault)).toEqual([true, true, false, false]);
  expect([isDocumented("AKIAIOSFODNN7EXAMPLE"), isDocumented("AKIAIOSFODNN7EXAMPLF")]).toEqual([true, false]);
});
