/** A verdict about a signature depends on no engine: not about tokens, nor lists, nor policies. */
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toBase64url, utf8 } from "../../../src/bytes.ts";
import { isSigningKey } from "../../../src/crypto/ed25519.ts";
import { isPrimeOrderPoint } from "../../../src/crypto/edwards25519.ts";
import type { Engine } from "../../../src/crypto/engine.ts";
import { portableEngine } from "../../../src/crypto/engine-portable.ts";
import { createSealer, formatSigningKey, judgeSignature } from "../../../src/crypto/signature.ts";
import { parseKeyList, signKeyList } from "../../../src/keys/list.ts";
import { parseSealers, signatureProblem } from "../../../src/keys/sealers.ts";
import { parseToken, type Token } from "../../../src/model/token.ts";
import { SMALL_ORDER_ED25519 } from "../../../tools/vectors/bad-points.ts";
import { twistedSigner } from "../../../tools/vectors/signature-cases.ts";
import { bothEngines } from "../../support/engines.ts";
import { bodyOf, keyOf, tokenFor, tokenOf } from "../../support/tokens.ts";

const { Point } = ed25519;
const TORSION = SMALL_ORDER_ED25519.slice(0, 8).map(([, bytes]) => Point.fromBytes(bytes));
const engines = bothEngines();

/** What noble says of the same bytes: canonical, not neutral, and without a part of small order. */
function isPrimeOrderByNoble(bytes: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(bytes, false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

describe("a point of prime order", () => {
  it("is one by noble as well, for any 32 bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(isPrimeOrderPoint(bytes)).toBe(isPrimeOrderByNoble(bytes));
      }),
      { numRuns: 150 },
    );
  });

  it("is the key of every seed, and none of it with any of the seven other points of small order added", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const key = ed25519.getPublicKey(seed);
        const verdicts = TORSION.map((point) => isSigningKey(Point.fromBytes(key).add(point).toBytes()));
        expect(verdicts).toEqual([true, false, false, false, false, false, false, false]);
      }),
      { numRuns: 10 },
    );
  });

  it("is none of the points of small order, however they are written", () => {
    for (const [name, bytes] of SMALL_ORDER_ED25519) expect([name, isPrimeOrderPoint(bytes)]).toEqual([name, false]);
  });

  it("has 32 bytes, and its number is not changed by being asked for", () => {
    const key = Buffer.from(ed25519.getPublicKey(new Uint8Array(32).fill(3)));
    const before = Buffer.from(key);
    expect([isSigningKey(key), isSigningKey(key), isSigningKey(key.subarray(1))]).toEqual([true, true, false]);
    expect(key.equals(before)).toBe(true);
  });
});

/** A seed's key whose signatures have a part of order 8 in R: only who holds the seed can make them. */
const honest = twistedSigner(0);

describe.each(engines)("signatures that programs differ about, $name engine", (engine: Engine) => {
  const key = keyOf(engine, "x25519");
  const seedSealer = createSealer(portableEngine, new Uint8Array(32).fill(0x5e));
  const twist = (nonceTimes: number) =>
    parseToken(
      tokenFor(engine, key, {
        sealer: { keyId: seedSealer.keyId, sign: (message) => honest.sign(message, nonceTimes) },
      }),
    ) as Token;
  const policy = parseSealers(`policy * enforce\nsealer anna * ${formatSigningKey(honest.publicKey)}\n`);

  it("a token whose signature has a part of small order in R is invalid, and the same without it is valid", () => {
    const verdicts = [0, 1, 2, 4].map((times) => judgeSignature(engine, twist(times), "shop", policy.sealers));
    expect(verdicts).toEqual(["valid", "invalid", "invalid", "invalid"]);
    expect(signatureProblem(engine, twist(1), "shop", policy)).toEqual({ policy: "enforce", verdict: "invalid" });
  });

  it("a list that was signed so is refused", () => {
    const keys = [
      {
        publicKey: key.publicKey,
        state: "active",
        notBefore: "2026-01-01T00:00:00Z",
        notAfter: "2027-01-01T00:00:00Z",
      },
    ] as const;
    const text = signKeyList(engine, { cluster: "prod", serial: 1, keys }, new Uint8Array(32).fill(0x5e));
    const signed = text.slice(text.indexOf("lacre-keys-1"), text.indexOf("signature: "));
    const message = concat(utf8("lacre/v1/keys\0"), engine.sha256(utf8(signed)));
    const list = (times: number) => `${signed}signature: ${toBase64url(honest.sign(message, times))}\n`;
    expect(parseKeyList(engine, list(0)).serial).toBe(1);
    for (const times of [1, 2, 4]) expect(() => parseKeyList(engine, list(times))).toThrow(/signature/);
  });

  it("a list whose identity has a part of small order, or is one, is refused", () => {
    for (const identity of [twistedSigner(1).publicKey, ...SMALL_ORDER_ED25519.map(([, bytes]) => bytes)]) {
      const text = `lacre-keys-1\ncluster: prod\nidentity: ${toBase64url(identity)}\nserial: 1\n`;
      const whole = `${text}signature: ${toBase64url(new Uint8Array(64))}\n`;
      expect(() => parseKeyList(engine, whole)).toThrow(/identity is no key that signatures are judged by/);
    }
  });

  it("a changed signature of a sound token stays invalid", () => {
    const body = bodyOf(tokenFor(engine, key, { sealer: seedSealer }));
    body.set([(body.at(-1) as number) ^ 1], body.length - 1);
    expect(judgeSignature(engine, parseToken(tokenOf(body)) as Token, "shop", policy.sealers)).toBe("invalid");
  });

  it("a sealer who is listed on two lines counts in the namespaces of both", () => {
    const line = (namespace: string) => `sealer anna ${namespace} ${formatSigningKey(honest.publicKey)}`;
    const { sealers } = parseSealers(`${line("shop")}\n${line("bank")}\n`);
    const judged = ["shop", "bank", "blog"].map((namespace) => judgeSignature(engine, twist(0), namespace, sealers));
    expect(judged).toEqual(["valid", "valid", "untrusted"]);
  });
});

describe("a policy of sealers", () => {
  it("refuses keys of small order, with a part of it, and in another writing, and names the line and the way out", () => {
    for (const publicKey of [
      ...[1, 2, 4].map((times) => twistedSigner(times).publicKey),
      ...SMALL_ORDER_ED25519.map(([, bytes]) => bytes),
    ]) {
      expect(() => parseSealers(`sealer anna * ${formatSigningKey(publicKey)}`)).toThrow(
        expect.objectContaining({
          code: "CONFIG_INVALID",
          message: expect.stringMatching(/line 1: the signing key of "anna" is no canonical point of prime order/),
          hint: expect.stringContaining("lacre keys generate --signing"),
        }),
      );
    }
  });
});
