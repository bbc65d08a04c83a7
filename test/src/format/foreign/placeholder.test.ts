/** Marks in the place of a value, told from values that only hold one. */
import { describe, expect, it } from "vitest";
import { isPlaceholder } from "../../../../src/format/foreign/placeholder.ts";

describe("a placeholder", () => {
  it.each([
    ["of envsubst and Flux", "\x24{DB_PASSWORD}"],
    ["of Helm", "{{ .Values.password }}"],
    ["of Argo CD's Vault plugin", "<path:secret/data/db#password>"],
    ["of vals", "ref+vault://secret/db#/password"],
    ["of bank-vaults", "vault:secret/data/db#password"],
    ["of 1Password", "op://prod/db/password"],
    ["of our own editor", "<sealed>"],
    ["with a line break behind it", "\x24{DB_PASSWORD}\n"],
  ])("%s is one", (_whose, text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  it.each([
    ["a connection string with one in it", "postgres://app:\x24{DB_PASSWORD}@db/app"],
    ["a template of several parts", "{{ .a }}{{ .b }}"],
    ["a password that begins like one", "\x24{"],
    ["the path of a Vault without a field", "vault:secret"],
    ["nothing", ""],
    ["a text that is longer than any mark", `{{${" ".repeat(1_000)}}}`],
  ])("is not %s", (_what, text) => {
    expect(isPlaceholder(text)).toBe(false);
  });
});
