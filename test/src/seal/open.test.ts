/** All entries or none: what opened is not handed out, and is wiped, when another did not. */
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../../src/bytes.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { Slot } from "../../../src/model/entry.ts";
import { openSecret, openSlots } from "../../../src/seal/open.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";
import { wipedTexts } from "../../support/wiped.ts";

const [held, other] = [keyOf(engine, "x25519", 1), keyOf(engine, "x25519", 2)];
const keyring = new Keyring([held]);
const token = (key: string, value = "v", of = held) =>
  tokenFor(engine, of, { place: { ...PLACE, key }, value: utf8(value) });
const sealed = (entries: Parameters<typeof entriesOf>[0]) => sealedSecret({ entries: entriesOf(entries) });

function damaged(text: string): string {
  const body = bodyOf(text);
  (body[body.length - 1] as number) ^= 1;
  return tokenOf(body);
}

describe("a SealedSecret", () => {
  it("becomes the Secret that it was, with its name, its looks and its values in order", () => {
    const shape = { type: "example.org/t", immutable: true, labels: new Map([["a", "b"]]), annotations: new Map() };
    const opened = openSecret(engine, keyring, { ...sealed({ B: token("B", "two"), A: token("A", "one") }), shape });
    if (!opened.ok) throw new Error("it did not open");
    const { namespace, name, values } = opened.secret;
    expect([namespace, name, opened.secret.shape]).toEqual([PLACE.namespace, PLACE.name, shape]);
    expect([...values].map(([key, value]) => [key, fromUtf8(value)])).toEqual([
      ["B", "two"],
      ["A", "one"],
    ]);
  });

  it("without entries is a Secret without values", () => {
    expect(openSecret(engine, keyring, sealed({}))).toMatchObject({ ok: true, secret: { values: new Map() } });
  });

  it.each([
    ["no token at all", "lacre1.AAAA", { reason: "malformed", keyIds: [] }],
    ["of another key's place", token("OTHER"), { reason: "wrong-context", keyIds: [held.publicKey.keyId] }],
    ["for somebody else", token("A", "v", other), { reason: "unknown-key", keyIds: [other.publicKey.keyId] }],
    ["damaged", damaged(token("A")), { reason: "cannot-decrypt", keyIds: [held.publicKey.keyId] }],
  ])("of which one token is %s opens not at all, and says which", (_what, text, failure) => {
    expect(openSecret(engine, keyring, sealed({ FINE: token("FINE"), A: text }))).toEqual({
      ok: false,
      failures: [{ key: "A", ...failure }],
    });
  });

  it("names every entry that did not open, not the first only", () => {
    const opened = openSecret(engine, keyring, sealed({ A: "", B: token("B"), C: token("C", "v", other) }));
    expect(opened).toMatchObject({ failures: [{ key: "A" }, { key: "C" }] });
  });

  it("whose keyring opens two environments is refused before anything is opened", () => {
    const both = [new Slot(token("A"), "staging"), new Slot(token("A"), "production")] as const;
    expect(openSecret(engine, keyring, sealed({ A: both, B: "broken" }))).toEqual({
      ok: false,
      failures: [{ key: "A", reason: "ambiguous", keyIds: [held.publicKey.keyId] }],
    });
  });
});

describe("slots that were picked before", () => {
  it("leave no value in memory when one of them does not open", () => {
    const slots = new Map([
      ["A", new Slot(token("A", "correct horse"))],
      ["B", new Slot("")],
    ]);
    const open = () => openSlots(engine, keyring, sealed({}), slots);
    expect(open()).toMatchObject({ ok: false, failures: [{ key: "B" }] });
    expect(wipedTexts(open)).toContain("correct horse");
    slots.delete("B");
    expect(wipedTexts(open)).not.toContain("correct horse");
  });
});
