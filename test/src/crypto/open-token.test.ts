/** Why a token does not open, the reasons in their order, and what becomes of one that does. */
import { describe, expect, it } from "vitest";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { bothEngines } from "../../support/engines.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";

describe.each(bothEngines())("a token, $name engine", (engine) => {
  const [key, stranger] = [keyOf(engine, "x25519", 1), keyOf(engine, "x25519", 2)];
  const token = tokenFor(engine, key);
  const damaged = bodyOf(token);
  damaged.set([(damaged.at(-1) as number) ^ 1], damaged.length - 1);
  const elsewhere = { ...PLACE, key: "OTHER" };
  const outcome = (text: string, place: typeof elsewhere, held = key) => {
    const opened = openToken(engine, new Keyring([held]), text, place);
    return opened.ok ? "opened" : opened.reason;
  };

  it("that is none is malformed before anything else is asked", () => {
    expect(outcome("lacre1.AAAA", elsewhere, stranger)).toBe("malformed");
  });

  it("of another place is told so whether or not its key is held, or it is damaged", () => {
    expect([
      outcome(token, elsewhere),
      outcome(token, elsewhere, stranger),
      outcome(tokenOf(damaged), elsewhere),
    ]).toEqual(Array(3).fill("wrong-context"));
  });

  it("for a key that is not held is told so, damaged or not", () => {
    expect([outcome(token, PLACE, stranger), outcome(tokenOf(damaged), PLACE, stranger)]).toEqual(
      Array(2).fill("unknown-key"),
    );
  });

  it("that is damaged is told so, and not where", () => {
    expect(outcome(tokenOf(damaged), PLACE)).toBe("cannot-decrypt");
  });

  it("opens with the key that it names, and says which that was", () => {
    const opened = openToken(engine, new Keyring([stranger, key]), token, PLACE);
    expect(opened).toMatchObject({ ok: true, keyId: key.publicKey.keyId });
    expect(opened.ok && new TextDecoder().decode(opened.value)).toBe("correct horse");
  });

  it("gives its value outside of what the runtime moves, where it can be wiped", () => {
    const opened = openToken(engine, new Keyring([key]), token, PLACE);
    expect(opened.ok && [opened.value.length, opened.value.buffer.byteLength > 64]).toEqual([13, true]);
  });
});
