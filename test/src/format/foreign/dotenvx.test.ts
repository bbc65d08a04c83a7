/** dotenvx: a public key in the file, and values that say that they are encrypted. */
import { describe, expect, it } from "vitest";
import { DOTENVX } from "../../../../src/format/foreign/dotenvx.ts";

const LONG = "BGd1UZ8m/Xq2+aBcDeFgHiJkLmNoPqRsTuVwXyZ0=".repeat(2);

describe("a value", () => {
  it.each([
    ["with the mark of dotenvx", `encrypted:${LONG}`, true],
    ["with the mark of others", `enc:${LONG}`, true],
    ["with the word of others", `ENCRYPTION:${LONG}`, true],
    ["that is too short to be ciphertext", "encrypted:hunter2", false],
    ["with words behind the mark", `encrypted: ${LONG}`, false],
    ["without a mark", LONG, false],
  ])("%s is ciphertext or not", (_what, value, isIt) => {
    expect(DOTENVX.value?.test(value)).toBe(isIt);
  });
});

describe("a file", () => {
  it.each([
    ["a key and a value", 'DOTENV_PUBLIC_KEY="03ab"\nA="encrypted:x"\n', true],
    ["the key of an environment", "export DOTENV_PUBLIC_KEY_PRODUCTION = 03ab\nA = encrypted:x\n", true],
    ["a key, and nothing encrypted", 'DOTENV_PUBLIC_KEY="03ab"\nA="x"\n', false],
    ["a value, and no key", 'A="encrypted:x"\n', false],
    ["a key that is a comment", '# DOTENV_PUBLIC_KEY="03ab"\nA="encrypted:x"\n', false],
    ["a private key, which is not this one", 'DOTENV_PRIVATE_KEY="ab"\nA="encrypted:x"\n', false],
  ])("with %s went through dotenvx or not", (_what, text, isIt) => {
    expect(DOTENVX.traces?.(text)).toBe(isIt);
  });
});
