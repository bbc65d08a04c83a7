/** In a Secret the whole text must be a reference; elsewhere its beginning is enough. */
import { expect, it } from "vitest";
import { isExactReference } from "../../../../src/verify/value/secret-reference.ts";

it.each([
  ["a hole of a shell", "$" + "{DB_PASSWORD}", true],
  ["a hole of a template", "{{ .Values.password }}", true],
  ["a path in Vault with its field", "vault:secret/data/db#password", true],
  ["an address in a store", "op://vault/item/field", true],
  ["an ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", true],
  ["lines of a file with holes", "user: a\npassword: $" + "{P}\n", true],
  ["an address around a hole", "postgres://$" + "{U}:$" + "{P}@db/app", true],
  ["the beginning of a path, and a value behind it", "vault:hunter2", false],
  ["a generated text between the signs", "$" + "{Zq81xTe49vLKd7mW}", false],
  ["a word in front of a hole", "hunter2$" + "{X}", false],
  ["a password beside a hole", "postgres://u:hunter2@$" + "{HOST}/app", false],
  ["a value", "hunter2", false],
  ["nothing", "", false],
])("%s: %j only says where the value is: %s", (_, text, isIt) => {
  expect(isExactReference(text)).toBe(isIt);
});
