/** What the format refuses, as published vectors: the same verdict and the same reason from both engines. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { importPrivateKey, importPublicKey } from "../../../src/crypto/key-import.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { refusals, type TokenVector } from "../../../tools/vectors/refusals.ts";
import { bothEngines } from "../../support/engines.ts";
import { hex } from "../../support/shared-vectors.ts";

type SignatureVector = {
  readonly what: string;
  readonly valid: boolean;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
};

function read<T>(name: string): T {
  return JSON.parse(fs.readFileSync(path.join(import.meta.dirname, `../../vectors/v1/${name}.json`), "utf8")) as T;
}

const { refused, opened } = read<{
  refused: readonly (TokenVector & { readonly reason: string })[];
  opened: readonly TokenVector[];
}>("refusals");
const { signatures } = read<{ signatures: readonly SignatureVector[] }>("refusals-signatures");
const { publicKeys } = read<{
  publicKeys: readonly { what: string; suite: Suite | "ed25519"; publicKey: string; usable: boolean }[];
}>("refusals-keys");

function textOf({ token }: TokenVector): string {
  return typeof token === "string" ? token : token.map(([piece, times]) => piece.repeat(times)).join("");
}

describe.each(bothEngines())("the published refusals, $name engine", (engine) => {
  const outcome = (vector: TokenVector) => {
    const keys = vector.keys.map(({ suite, seed }) => importPrivateKey(engine, suite, hex(seed)));
    const result = openToken(engine, new Keyring(keys), textOf(vector), vector.place);
    return result.ok ? "opened" : result.reason;
  };

  it("every token in which one rule is broken is refused for the reason that the format gives", () => {
    const found = refused.map((vector) => [vector.rule, vector.suite, outcome(vector)]);
    expect(found).toEqual(refused.map(({ rule, suite, reason }) => [rule, suite, reason]));
  });

  it("what only looks odd opens", () => {
    for (const vector of opened)
      expect([vector.rule, vector.suite, outcome(vector)]).toEqual([vector.rule, vector.suite, "opened"]);
  });

  it("every signature gets the verdict of the written rule", () => {
    const found = signatures.map(({ what, publicKey, message, signature }) => [
      what,
      engine.isSigned(hex(publicKey), hex(message), hex(signature)),
    ]);
    expect(found).toEqual(signatures.map(({ what, valid }) => [what, valid]));
  });

  it("public keys that nobody derives, or that are not safe, are refused at import", () => {
    for (const { what, suite, publicKey, usable } of publicKeys) {
      if (suite === "ed25519") continue;
      const imported = () => importPublicKey(engine, suite, hex(publicKey)).keyId;
      if (usable) expect([what, imported()]).toEqual([what, expect.any(String)]);
      else expect(imported, `${suite}: ${what}`).toThrow(expect.objectContaining({ code: "KEY_INVALID" }));
    }
  });
});

describe.each(bothEngines())("a second writing of a public key, $name engine", (engine) => {
  it("is refused with its own id and with that of the key that it stands for", () => {
    for (const suite of ["x25519", "mlkem768x25519"] as const) {
      const { bytes, keyId } = importPrivateKey(engine, suite, new Uint8Array(32).fill(1)).publicKey;
      const alias = Uint8Array.from(bytes);
      alias.set([(bytes.at(-1) as number) | 0x80], bytes.length - 1);
      expect(() => importPublicKey(engine, suite, alias)).toThrow(`is another writing of the key ${keyId.slice(0, 8)}`);
    }
    const nine = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0));
    const expected = importPublicKey(engine, "x25519", nine).keyId.slice(0, 8);
    const reducible = new Uint8Array(32)
      .fill(0xff)
      .fill(0xed + 9, 0, 1)
      .fill(0x7f, 31);
    expect(() => importPublicKey(engine, "x25519", reducible)).toThrow(`is another writing of the key ${expected}`);
  });
});

describe("the published refusals", () => {
  it("are what tools/make_vectors.ts makes: nobody edited them", () => {
    expect(JSON.parse(JSON.stringify(refusals()))).toEqual({ refused, opened });
  });

  it("hold at least 85 rules, for both suites, of several recipients and signed", () => {
    for (const suite of ["x25519", "mlkem768x25519"] as const) {
      const ours = refused.filter((vector) => vector.suite === suite);
      expect(new Set(ours.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(85);
      expect(ours.filter(({ recipients }) => recipients > 1).length).toBeGreaterThanOrEqual(30);
      expect(ours.filter(({ signed }) => signed).length).toBeGreaterThanOrEqual(30);
    }
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(
      new Set(["malformed", "wrong-context", "unknown-key", "cannot-decrypt"]),
    );
  });
});
