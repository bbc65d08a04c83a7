/** Names of namespaces, Secrets and keys: what Kubernetes takes, and what is safe as the name of a file. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isKey, isName, isNamespace, parseKey, parseName, parseNamespace } from "../../../src/model/names.ts";
import { refusalOf } from "../../support/refusal.ts";

const letters = (count: number) => "a".repeat(count);

describe("a namespace", () => {
  it.each(["a", "shop", "a-b", "0", "a--b", letters(63)])("may be %s", (text) => {
    expect([isNamespace(text), parseNamespace(text)]).toEqual([true, text]);
  });

  it.each(["", "-a", "a-", "A", "a.b", "a_b", "a b", "a\n", "é", letters(64)])("is never %j", (text) => {
    expect([isNamespace(text), refusalOf(() => parseNamespace(text)).code]).toEqual([false, "NAME_INVALID"]);
  });
});

describe("the name of a Secret", () => {
  it.each(["a", "db-credentials", "a.b", "0.1", "a-b.c-d", letters(253)])("may be %s", (text) => {
    expect([isName(text), parseName(text)]).toEqual([true, text]);
  });

  it.each(["", ".", "..", ".a", "a.", "a..b", "a.-b", "a-.b", "A", "a_b", "a/b", "a\n", letters(254)])(
    "is never %j",
    (text) => {
      expect([isName(text), refusalOf(() => parseName(text)).code]).toEqual([false, "NAME_INVALID"]);
    },
  );
});

describe("the key of an entry", () => {
  it.each(["A", "tls.crt", ".dockerconfigjson", "-a", "_", "a..b", "...a".slice(2), letters(253)])(
    "may be %s",
    (text) => {
      expect([isKey(text), parseKey(text)]).toEqual([true, text]);
    },
  );

  it.each(["", ".", "..", "..data", "...", "a/b", "a\\b", "a b", "a\0", "a\n", "é", letters(254)])(
    "is never %j",
    (text) => {
      expect([isKey(text), refusalOf(() => parseKey(text)).code]).toEqual([false, "NAME_INVALID"]);
    },
  );

  it("stays in its directory, whatever it is", () => {
    const near = fc.string({ unit: fc.constantFrom(..."aA0._-/\\ \n"), maxLength: 6 });
    fc.assert(
      fc.property(near, (text) => {
        if (isKey(text)) expect(new URL(text, "file:///base/").pathname).toBe(`/base/${text}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("what is refused is named, but not at any length", () => {
  const { message, hint } = refusalOf(() => parseName(`${letters(300)}!`));
  expect(message).toBe(`name "${letters(80)}" is not valid`);
  expect(hint).toContain("253");
  expect(refusalOf(() => parseKey("a\u001b[2J")).message).not.toContain("\u001b");
});

it("every namespace is a name, and every name is a key", () => {
  const near = fc.string({ unit: fc.constantFrom(..."a0-."), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(near, (text) => {
      if (isNamespace(text)) expect(isName(text)).toBe(true);
      if (isName(text)) expect(isKey(text)).toBe(true);
    }),
  );
});
