/** Whose signature counts, and where; and signing keys as text. */
import { describe, expect, it } from "vitest";
import {
  createSealer,
  formatSigningKey,
  generateSigningKey,
  judgeSignature,
  parseSigningKey,
  parseSigningSeed,
  signingKeyLine,
  type TrustedSealer,
} from "../../../src/crypto/signature.ts";
import { parseToken, type Token } from "../../../src/model/token.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { refusalOf } from "../../support/refusal.ts";
import { bodyOf, keyOf, tokenFor, tokenOf } from "../../support/tokens.ts";

const seedOf = (fill: number) => new Uint8Array(32).fill(fill);

describe.each(bothEngines())("the signature of a token, $name engine", (engine) => {
  const key = keyOf(engine, "x25519");
  const parsed = (text: string) => parseToken(text) as Token;
  const signed = tokenFor(engine, key, { sealer: createSealer(engine, seedOf(1)) });
  const [anna, ben] = [engine.signingKeyOf(seedOf(1)), engine.signingKeyOf(seedOf(2))];
  const judge = (text: string, ...trusted: readonly TrustedSealer[]) =>
    judgeSignature(engine, parsed(text), "shop", trusted);

  it("is valid by one who is trusted in the namespace, or in all", () => {
    expect(judge(signed, { publicKey: anna, namespaces: ["other", "shop"] })).toBe("valid");
    expect(judge(signed, { publicKey: anna, namespaces: ["*"] })).toBe("valid");
  });

  it("is of nobody who is trusted, where another or another namespace is listed, or nobody", () => {
    expect(judge(signed, { publicKey: ben, namespaces: ["*"] })).toBe("untrusted");
    expect(judge(signed, { publicKey: anna, namespaces: ["shop2", "sho", ""] })).toBe("untrusted");
    expect(judge(signed)).toBe("untrusted");
  });

  it("is invalid when the token was changed after it was signed", () => {
    const body = bodyOf(signed);
    body.set([(body.at(-70) as number) ^ 1], body.length - 70);
    expect(judge(tokenOf(body), { publicKey: anna, namespaces: ["*"] })).toBe("invalid");
  });

  it("is told to be missing where there is none, whoever is trusted", () => {
    expect(judge(tokenFor(engine, key), { publicKey: anna, namespaces: ["*"] })).toBe("unsigned");
  });
});

describe("a signing key as text", () => {
  const engine = countingEngine();
  const line = signingKeyLine(seedOf(1));
  const publicLine = formatSigningKey(engine.signingKeyOf(seedOf(1)));

  it("comes back, among comments too", () => {
    expect([...parseSigningSeed(`# of anna\n${line}\n`)]).toEqual([...seedOf(1)]);
    expect([...(parseSigningKey(publicLine) ?? [])]).toEqual([...engine.signingKeyOf(seedOf(1))]);
  });

  it("is 32 bytes of the engine's randomness", () => {
    expect([...generateSigningKey(countingEngine())]).toEqual(Array.from({ length: 32 }, (_, at) => at));
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["a public one where the private one belongs", publicLine, "KEY_IS_PUBLIC"],
    ["one that is cut", line.slice(0, -2), "KEY_INVALID"],
    ["one with a character too many", `${line}A`, "KEY_INVALID"],
    ["two of them", `${line}\n${line}`, "KEY_INVALID"],
    ["one with another line", `${line}\nmore`, "KEY_INVALID"],
    ["none", "# nothing\n", "KEY_INVALID"],
    ["another kind of key", `lacre-private-1.x25519.${line.slice(-43)}`, "KEY_INVALID"],
  ];
  it.each(refused)("%s is refused without a part of it", (_what, text, code) => {
    const { code: found, message, hint } = refusalOf(() => parseSigningSeed(text));
    expect(found).toBe(code);
    expect(`${message} ${hint}`).not.toMatch(/AQEB/);
  });

  it("that is no public one is nothing", () => {
    for (const word of ["", line, publicLine.slice(0, -2), `${publicLine}A`, publicLine.toUpperCase()])
      expect([word, parseSigningKey(word)]).toEqual([word, undefined]);
  });
});
