/** Keys, randomness and signatures that somebody has chosen. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { importPublicKey } from "../../../src/crypto/key-import.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { sealToken } from "../../../src/crypto/seal-token.ts";
import { createSealer, judgeSignature } from "../../../src/crypto/signature.ts";
import * as publicApi from "../../../src/index.ts";
import { parseToken } from "../../../src/model/token.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { bodyOf, keyOf, PLACE, tokenFor, tokenOf } from "../../support/tokens.ts";

const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map((text) => Buffer.from(text, "hex"));

const engines = bothEngines();
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function addOrder(signature: Uint8Array): Uint8Array {
  const scalar = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString("hex")}`) + ORDER;
  const malleable = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([signature.slice(0, 32), malleable]);
}

describe.each(engines)("adversarial cases on the cryptography, $name engine", (engine: Engine) => {
  const hybrid = keyOf(engine, "mlkem768x25519");
  const classic = keyOf(engine, "x25519");

  it("zero and low-order public keys are refused when they are loaded", () => {
    for (const point of LOW_ORDER) {
      expect(() => importPublicKey(engine, "x25519", point)).toThrow(/not safe/);
      const half = hybrid.publicKey.bytes.slice(0, 1184);
      expect(() => importPublicKey(engine, "mlkem768x25519", Buffer.concat([half, point]))).toThrow(/not safe/);
    }
  });

  it("a classic token with a zero or low-order ephemeral key is refused", () => {
    for (const point of LOW_ORDER) {
      const body = bodyOf(tokenFor(engine, classic));
      body.set(point, 45 + 16);
      expect(openToken(engine, new Keyring([classic]), tokenOf(body), PLACE)).toEqual({
        ok: false,
        reason: "cannot-decrypt",
      });
    }
  });

  it("a hybrid token with a corrupted ML-KEM half, X25519 half or a low-order point is refused", () => {
    const [mlkem, x25519] = [45 + 16, 45 + 16 + 1088];
    const refused = (change: (body: Uint8Array) => void) => {
      const body = bodyOf(tokenFor(engine, hybrid));
      change(body);
      expect(openToken(engine, new Keyring([hybrid]), tokenOf(body), PLACE)).toEqual({
        ok: false,
        reason: "cannot-decrypt",
      });
    };
    refused((body) => body.set([(body[mlkem] as number) ^ 1], mlkem));
    refused((body) => body.set([(body[x25519] as number) ^ 1], x25519));
    for (const point of LOW_ORDER) refused((body) => body.set(point, x25519));
  });

  it("an ML-KEM public key with a coefficient beyond the modulus is refused when it is loaded", () => {
    const bytes = hybrid.publicKey.bytes.slice();
    bytes.set([0xff, 0xff, 0xff], 0);
    expect(() => importPublicKey(engine, "mlkem768x25519", bytes)).toThrow(/not safe/);
  });

  const sealer = createSealer(engine, new Uint8Array(32).fill(5));
  const trusted = [{ publicKey: ed25519.getPublicKey(new Uint8Array(32).fill(5)), namespaces: ["shop"] }];
  const signed = tokenFor(engine, hybrid, { sealer });
  const judge = (text: string, namespace = "shop") => {
    const token = parseToken(text);
    if (token === undefined) throw new Error("not a token");
    return judgeSignature(engine, token, namespace, trusted);
  };

  it("a signed token opens, and its signature is valid for its sealer and namespace", () => {
    expect(openToken(engine, new Keyring([hybrid]), signed, PLACE).ok).toBe(true);
    expect(judge(signed)).toBe("valid");
  });

  it("a malleable signature, S plus the group order, is invalid", () => {
    const body = bodyOf(signed);
    const malleable = Buffer.concat([body.slice(0, -64), addOrder(body.slice(-64))]);
    expect(judge(tokenOf(malleable))).toBe("invalid");
  });

  it("a signature by a stranger, by a sealer of another namespace, or stripped with its flag is not valid", () => {
    const stranger = createSealer(engine, new Uint8Array(32).fill(6));
    expect(judge(tokenFor(engine, hybrid, { sealer: stranger }))).toBe("untrusted");
    expect(judge(signed, "bank")).toBe("untrusted");
    const body = bodyOf(signed);
    const sealerAt = 45 + 16 + 1120 + 48;
    const stripped = Buffer.concat([
      body.slice(0, 3),
      Buffer.of(0),
      body.slice(4, sealerAt),
      body.slice(sealerAt + 16, -64),
    ]);
    expect(judge(tokenOf(stripped))).toBe("unsigned");
    expect(openToken(engine, new Keyring([hybrid]), tokenOf(stripped), PLACE)).toEqual({
      ok: false,
      reason: "cannot-decrypt",
    });
  });

  it("a token signed again by another trusted sealer does not open", () => {
    const other = createSealer(engine, new Uint8Array(32).fill(6));
    const own = bodyOf(tokenFor(engine, hybrid, { sealer: other }));
    const stolen = bodyOf(signed);
    const sealerAt = 45 + 16 + 1120 + 48;
    const unsigned = Buffer.concat([
      stolen.slice(0, sealerAt),
      own.slice(sealerAt, sealerAt + 16),
      stolen.slice(sealerAt + 16, -64),
    ]);
    const resigned = tokenOf(Buffer.concat([unsigned, other.sign(engine.sha256(unsigned))]));
    expect(parseToken(resigned)?.signature?.sealerKeyId).toBe(other.keyId);
    expect(openToken(engine, new Keyring([hybrid]), resigned, PLACE)).toEqual({ ok: false, reason: "cannot-decrypt" });
  });

  it("the same value sealed twice gives different tokens of equal length", () => {
    for (const key of [classic, hybrid]) {
      const [first, second] = [tokenFor(engine, key), tokenFor(engine, key)];
      expect(first).not.toBe(second);
      expect(first.length).toBe(second.length);
    }
  });
});

describe("randomness cannot be brought along", () => {
  it("an engine that only looks like one is refused for sealing and opening", () => {
    const [native] = engines as [Engine];
    const key = keyOf(native, "mlkem768x25519");
    const stub: Engine = { ...native, randomBytes: (length) => new Uint8Array(length) };
    expect(() => tokenFor(stub, key)).toThrow(/not made by lacre/);
    expect(() => openToken(stub, new Keyring([key]), tokenFor(native, key), PLACE)).toThrow(/not made by lacre/);
  });

  it("the package exports nothing that takes a source of randomness", () => {
    expect(Object.keys(publicApi)).not.toContain("createPortableEngine");
    expect(Object.keys(publicApi)).not.toContain("registerEngine");
    expect(sealToken.length).toBe(2);
  });

  it("constant randomness would show: two seals by a stuck generator are equal", () => {
    const key = keyOf(countingEngine(), "mlkem768x25519");
    expect(tokenFor(countingEngine(), key)).toBe(tokenFor(countingEngine(), key));
  });
});
