/** Tokens that somebody has put elsewhere. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { isAt, openToken } from "../../../src/crypto/open-token.ts";
import { LacreError } from "../../../src/errors.ts";
import { readStream } from "../../../src/format/stream.ts";
import { decodeSource } from "../../../src/format/yaml/source.ts";
import type { Context, Scope } from "../../../src/model/context.ts";
import { isKey } from "../../../src/model/names.ts";
import { contextHash, parseToken } from "../../../src/model/token.ts";
import { openSecret } from "../../../src/seal/open.ts";
import { sealSecret } from "../../../src/seal/seal.ts";
import { bothEngines } from "../../support/engines.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const key = keyOf(engine, "mlkem768x25519");
const ring = new Keyring([key]);

function reasonAt(token: string, place: Context): string {
  const opened = openToken(engine, ring, token, place);
  return opened.ok ? "opened" : opened.reason;
}

function secretOf(text: string) {
  return [...readStream(decodeSource("s.yaml", new TextEncoder().encode(text)))];
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof LacreError ? error.code : String(error);
  }
}

describe("adversarial cases on the context", () => {
  const moves: readonly (readonly [string, Partial<Context>, Readonly<Record<Scope, boolean>>])[] = [
    ["under another key", { key: "OTHER" }, { strict: false, namespace: false, cluster: false }],
    ["in another Secret", { name: "other" }, { strict: false, namespace: true, cluster: true }],
    ["in another namespace", { namespace: "other" }, { strict: false, namespace: false, cluster: true }],
  ];
  it.each(moves)(
    "%s a token opens only as far as its scope goes, and anybody can see it without a key",
    (_name, move, expected) => {
      for (const scope of ["strict", "namespace", "cluster"] as const) {
        const token = tokenFor(engine, key, { scope });
        expect(reasonAt(token, PLACE)).toBe("opened");
        expect(reasonAt(token, { ...PLACE, ...move })).toBe(expected[scope] ? "opened" : "wrong-context");
        const parsed = parseToken(token);
        expect(parsed && isAt(engine, parsed, { ...PLACE, ...move })).toBe(expected[scope]);
      }
    },
  );

  it("editing the scope byte, with or without a matching context hash, opens nothing", () => {
    const body = bodyOf(tokenFor(engine, key));
    for (const [scope, id] of [
      ["namespace", 2],
      ["cluster", 3],
    ] as const) {
      body[2] = id;
      expect(reasonAt(tokenOf(body), PLACE)).toBe("wrong-context");
      const forged = body.slice();
      forged.set(contextHash(engine.sha256, scope, PLACE), 12);
      expect(reasonAt(tokenOf(forged), PLACE)).toBe("cannot-decrypt");
    }
  });

  it("an annotation does not widen the scope", () => {
    const [object] = secretOf(
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: shop\n  annotations:\n    lacre.dev/scope: cluster\n    sealedsecrets.bitnami.com/cluster-wide: 'true'\nstringData:\n  K: value\n",
    );
    if (object?.kind !== "secret") throw new Error("no Secret");
    const sealed = sealSecret(engine, object.secret, { recipients: [key.publicKey], scope: "strict", sealedAt: 1n });
    expect(sealed.entries.get("K")?.[0].token?.scope).toBe("strict");
  });

  it("the parts of a place cannot run into each other", () => {
    const hash = (namespace: string, name: string) =>
      Buffer.from(contextHash(engine.sha256, "strict", { namespace, name, key: "k" })).toString("hex");
    expect(hash("a", "b/c")).not.toBe(hash("a/b", "c"));
    expect(hash("ab", "c")).not.toBe(hash("a", "bc"));
    expect(() => tokenFor(engine, key, { place: { namespace: "a/b", name: "c", key: "k" } })).toThrow(
      /namespace "a\/b" is not valid/,
    );
    expect(reasonAt(tokenFor(engine, key), { ...PLACE, namespace: "a/b" })).toBe("wrong-context");
  });

  it("__proto__, constructor and toString are keys like any other", () => {
    const [object] = secretOf(
      'apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {"__proto__": a, constructor: b, toString: c}\n',
    );
    if (object?.kind !== "secret") throw new Error("no Secret");
    const sealed = sealSecret(engine, object.secret, { recipients: [key.publicKey], scope: "strict", sealedAt: 1n });
    const opened = openSecret(engine, ring, sealed);
    expect(
      opened.ok && [...opened.secret.values].map(([name, value]) => [name, Buffer.from(value).toString()]),
    ).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["toString", "c"],
    ]);
  });

  it("keys that lead out of a directory are no keys", () => {
    for (const bad of ["..", ".", "..data", "../x", "a/b", "a\\b", "", "a\0b", "x".repeat(254)])
      expect([bad, isKey(bad)]).toEqual([bad, false]);
    fc.assert(fc.property(fc.string(), (text) => !isKey(text) || !/[/\\\0]/.test(text)));
  });

  const metadata = "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\n";
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["a key that is there twice", "  A: one\n  A: two\n", /6:3: stringData\.A is there twice/],
    ["an anchor", "  A: &a one\n", /5:9: anchors are not supported/],
    ["an alias", "  A: one\n  B: *a\n", /points nowhere|aliases are not supported/],
    ["a merge key", "  <<: {A: one}\n", /5:3: merge keys/],
    ["a binary tag", "  A: !!binary aGVsbG8=\n", /the tag on stringData\.A is not supported/],
    ["a tag of its own", "  A: !secret one\n", /the tag on stringData\.A is not supported/],
    ["a number", "  A: 5432\n", /5:6: stringData\.A is not text/],
    ["what YAML 1.1 calls a boolean", "  A: yes\n", /stringData\.A is not text/],
    ["what YAML 1.1 calls octal", "  A: 0755\n", /stringData\.A is not text/],
    ["nothing", "  A:\n", /stringData\.A is empty/],
  ];
  it.each(refused)("%s in a Secret is refused", (_name, text, message) => {
    expect(() => secretOf(`${metadata}stringData:\n${text}`)).toThrow(message);
  });

  it("an alias bomb in another document is passed by without being resolved", () => {
    const bomb =
      "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n";
    expect(secretOf(`${bomb}---\n${metadata}stringData: {A: x}\n`)).toHaveLength(1);
  });

  it("CRLF, a byte order mark and several documents are read, UTF-16 is refused by name", () => {
    const text = `${metadata}stringData: {A: x}\n`;
    expect(secretOf(`\uFEFF${text}---\n${text}`.replaceAll("\n", "\r\n"))).toHaveLength(2);
    expect(codeOf(() => decodeSource("s.yaml", Buffer.from(`\uFEFF${text}`, "utf16le")))).toBe("INPUT_ENCODING");
    expect(codeOf(() => decodeSource("s.yaml", Buffer.from(text, "utf16le")))).toBe("INPUT_ENCODING");
    expect(codeOf(() => decodeSource("s.yaml", Buffer.from([0x61, 0xff, 0x62])))).toBe("INPUT_ENCODING");
  });

  it("nesting without end is refused, not a crash", () => {
    expect(codeOf(() => secretOf("[".repeat(50_000)))).toBe("DOCUMENT_INVALID");
  });

  it("look-alike letters and lone surrogates are refused", () => {
    expect(() => tokenFor(engine, key, { place: { ...PLACE, key: "DB_PАSSWORD" } })).toThrow(/is not valid/);
    expect(() => tokenFor(engine, key, { place: { ...PLACE, name: "db\ud800" } })).toThrow(/is not valid/);
    expect(codeOf(() => secretOf(`${metadata}stringData: {"A": "x\\ud800"}\n`))).toBe("SECRET_INVALID");
    expect(codeOf(() => secretOf(`${metadata}stringData: {"PАSS": "x"}\n`))).toBe("SECRET_INVALID");
  });
});
