/** age: what its files and values begin with, and a mention of it. */
import { expect, it } from "vitest";
import { AGE } from "../../../../src/format/foreign/age.ts";

const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";

it.each([
  ["armor", ARMOR, true],
  ["base64 of armor", Buffer.from(ARMOR).toString("base64"), true],
  ["armor behind other words", `see ${ARMOR}`, false],
  ["armor of something else", ARMOR.replaceAll("AGE ENCRYPTED FILE", "PRIVATE KEY"), false],
  ["a key of age", "AGE-SECRET-KEY-1QQQQ", false],
])("a value of %s is of age or not", (_what, value, isIt) => {
  expect(AGE.value?.test(value)).toBe(isIt);
});

it.each([
  ["its first line", "age-encryption.org/v1\n-> X25519 a\n", true],
  ["another version", "age-encryption.org/v2\n", false],
  ["a longer version", "age-encryption.org/v10\n", false],
  ["a mention of it", "# age-encryption.org/v1\n", false],
])("a file with %s is of age or not", (_what, bytes, isIt) => {
  expect(AGE.bytes?.test(bytes)).toBe(isIt);
});

it("a text with armor somewhere went through age", () => {
  expect(AGE.traces?.(`key: |\n  ${ARMOR}`)).toBe(true);
  expect(AGE.traces?.("-----BEGIN CERTIFICATE-----\n")).toBe(false);
});
