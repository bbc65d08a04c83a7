/** Names: which promise a secret by their last words, and which only speak of one. */
import { describe, expect, it } from "vitest";
import { SENSITIVE_STEMS, type Sensitivity, sensitivity } from "../../../../src/verify/value/key-name.ts";

const NAMES: readonly (readonly [string, Sensitivity | undefined])[] = [
  ["password", "password"],
  ["DB_PASSWORD", "password"],
  ["dbPassword", "password"],
  ["spring.datasource.password", "password"],
  ["password_prod", "password"],
  ["password2", "password"],
  ["pgpass", "password"],
  ["api-key", "key"],
  ["APIKey", "key"],
  ["SECRET_KEY_BASE", "key"],
  ["client_secret", "key"],
  ["webhookSecret", "key"],
  ["github_token", "key"],
  ["presharedKey", "key"],
  ["secret", "reference-like"],
  ["database-secret", "reference-like"],
  ["tokens", "reference-like"],
  ["auth", "basic-auth"],
  ["password_reset_ttl", undefined],
  ["password_hash_rounds", undefined],
  ["has_password", undefined],
  ["max_tokens", undefined],
  ["existingSecret", undefined],
  ["partition_key", undefined],
  ["primary_key", undefined],
  ["keyboard", undefined],
  ["author", undefined],
  ["passenger", undefined],
  ["compass", undefined],
  ["", undefined],
];

describe("a name", () => {
  it.each(NAMES)("%j promises %s", (name, kind) => {
    expect(sensitivity(name)).toBe(kind);
  });

  it("that promises something holds a stem that the scanner looks for", () => {
    for (const [name, kind] of NAMES) {
      if (kind === undefined) continue;
      expect([name, SENSITIVE_STEMS.some((stem) => name.toLowerCase().includes(stem))]).toEqual([name, true]);
    }
  });
});
