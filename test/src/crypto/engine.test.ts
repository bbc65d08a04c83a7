import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertEngine, type Engine } from "../../../src/crypto/engine.ts";
import { portableEngine } from "../../../src/crypto/engine-portable.ts";
import { importPrivateKey } from "../../../src/crypto/key-import.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { sealToken } from "../../../src/crypto/seal-token.ts";
import { sha256 } from "../../../src/crypto/sha256.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { PLACE } from "../../support/tokens.ts";

const native = nativeEngine() as Engine;
const pairs: readonly (readonly [string, Engine, Engine])[] = [
  ["native to portable", native, portableEngine],
  ["portable to native", portableEngine, native],
];
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const suites = fc.constantFrom<Suite>("x25519", "mlkem768x25519");

describe("the two engines", () => {
  it("derive the same keys from any seed", () => {
    fc.assert(
      fc.property(seeds, suites, (seed, suite) => {
        const [a, b] = [native, portableEngine].map(
          (engine) => importPrivateKey(engine, suite, seed.slice()).publicKey,
        );
        expect(Buffer.compare(a?.bytes ?? new Uint8Array(), b?.bytes ?? new Uint8Array(1))).toBe(0);
        expect(a?.keyId).toBe(b?.keyId);
      }),
      { numRuns: 20 },
    );
  });

  it.each(pairs)("open what the other sealed: %s", (_name, from, to) => {
    fc.assert(
      fc.property(seeds, suites, fc.uint8Array({ maxLength: 2000 }), (seed, suite, value) => {
        const sealing = importPrivateKey(from, suite, seed.slice()).publicKey;
        const token = sealToken(from, { value, scope: "strict", place: PLACE, recipients: [sealing], sealedAt: 5n });
        const opened = openToken(to, new Keyring([importPrivateKey(to, suite, seed.slice())]), token, PLACE);
        expect(opened.ok && Buffer.compare(opened.value, value)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it("agree on hashes and on HMAC", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 64 }), (message, key) => {
        expect(Buffer.compare(native.sha256(message), portableEngine.sha256(message))).toBe(0);
        expect(Buffer.compare(native.sha256(message), sha256(message))).toBe(0);
        expect(Buffer.compare(native.hmacSha256(key, message), portableEngine.hmacSha256(key, message))).toBe(0);
      }),
    );
  });
});

describe("an engine", () => {
  it("is one of ours: what only looks like one could bring randomness of its own", () => {
    expect(() => assertEngine(native)).not.toThrow();
    expect(() => assertEngine(portableEngine)).not.toThrow();
    expect(() => assertEngine({ ...portableEngine })).toThrow(/not made by lacre/);
    expect(() => assertEngine(Object.create(portableEngine))).toThrow(/not made by lacre/);
  });
});
