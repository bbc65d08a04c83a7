import * as crypto from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ml_kem768_x25519 as xwing } from "@noble/post-quantum/hybrid.js";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { hkdfExpand, hkdfExtract } from "../../../src/crypto/hkdf.ts";
import { hpkeOpen, hpkeOpenWith, hpkeSealWith } from "../../../src/crypto/hpke.ts";
import { PrivateKey } from "../../../src/crypto/key.ts";
import { importPrivateKey, importPublicKey } from "../../../src/crypto/key-import.ts";
import { isMlKemPublicKey } from "../../../src/crypto/mlkem.ts";
import { bothEngines } from "../../support/engines.ts";
import { hex, sharedVectors } from "../../support/shared-vectors.ts";

type Wycheproof<T> = {
  readonly testGroups: readonly { readonly publicKey?: { readonly pk: string }; readonly tests: readonly T[] }[];
};
type Verdict = {
  readonly tcId: number;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly flags?: readonly string[];
};

function cases<T>(file: string): readonly T[] | undefined {
  return sharedVectors<Wycheproof<T>>(`wycheproof/${file}`)?.testGroups.flatMap(({ tests }) => tests);
}

const engines = bothEngines();
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("Wycheproof X25519", () => {
  type Case = Verdict & { readonly public: string; readonly private: string; readonly shared: string };
  const vectors = cases<Case>("x25519_test.json");

  it.skipIf(vectors === undefined).each(engines)(
    "$name: a public key is usable unless its shared secret is zero",
    (engine) => {
      const zero = (vectors ?? []).filter(({ flags }) => flags?.includes("ZeroSharedSecret"));
      expect(zero.length).toBeGreaterThan(20);
      for (const one of vectors ?? []) {
        const isZero = one.flags?.includes("ZeroSharedSecret") === true;
        expect([one.tcId, engine.isUsable("x25519", hex(one.public))]).toEqual([one.tcId, !isZero]);
      }
    },
  );

  it.skipIf(vectors === undefined).each(engines)(
    "$name: a public key that is not reduced is not imported",
    (engine) => {
      for (const one of vectors ?? []) {
        const bytes = hex(one.public);
        const isReduced = BigInt(`0x${toHex(bytes.toReversed())}`) < 2n ** 255n - 19n;
        const isZero = one.flags?.includes("ZeroSharedSecret") === true;
        const imports = () => importPublicKey(engine, "x25519", bytes);
        if (isReduced && !isZero) expect(imports().bytes).toBe(bytes);
        else expect(imports).toThrow(expect.objectContaining({ code: "KEY_INVALID" }));
      }
    },
  );

  it.skipIf(vectors === undefined)("both engines agree on every decapsulation, and refuse every zero secret", () => {
    for (const one of vectors ?? []) {
      const [native, portable] = engines.map((engine) => {
        const key = importPrivateKey(engine, "x25519", hex(one.private));
        return engine.decapsulate(key, hex(one.public));
      });
      expect([one.tcId, native && toHex(native)]).toEqual([one.tcId, portable && toHex(portable)]);
      if (one.flags?.includes("ZeroSharedSecret")) expect([one.tcId, native]).toEqual([one.tcId, undefined]);
    }
  });
});

describe("Wycheproof Ed25519", () => {
  type Case = Verdict & { readonly msg: string; readonly sig: string };
  const file = sharedVectors<Wycheproof<Case>>("wycheproof/ed25519_test.json");

  it.skipIf(file === undefined).each(engines)(
    "$name: verification accepts what is valid and nothing else, malleable signatures included",
    (engine) => {
      for (const { publicKey, tests } of file?.testGroups ?? []) {
        for (const { tcId, msg, sig, result } of tests) {
          const verified = engine.isSigned(hex(publicKey?.pk ?? ""), hex(msg), hex(sig));
          expect([tcId, verified]).toEqual([tcId, result === "valid"]);
        }
      }
    },
  );
});

describe("Wycheproof HKDF-SHA-256", () => {
  type Case = Verdict & {
    readonly ikm: string;
    readonly salt: string;
    readonly info: string;
    readonly size: number;
    readonly okm: string;
  };
  const vectors = cases<Case>("hkdf_sha256_test.json");

  it.skipIf(vectors === undefined).each(engines)("$name: every output is right, every excess is refused", (engine) => {
    for (const { tcId, ikm, salt, info, size, okm, result } of vectors ?? []) {
      // Our HMAC is for keys of at most a block, which is all that format 1 has.
      if (hex(salt).length > 64) continue;
      const derive = () => toHex(hkdfExpand(engine, hkdfExtract(engine, hex(salt), hex(ikm)), hex(info), size));
      if (result === "valid") expect([tcId, derive()]).toEqual([tcId, okm]);
      else expect(derive).toThrow(RangeError);
    }
  });
});

describe("Wycheproof ChaCha20-Poly1305", () => {
  type Case = Verdict & { readonly [field in "key" | "iv" | "aad" | "msg" | "ct" | "tag"]: string };
  const vectors = cases<Case>("chacha20_poly1305_test.json")?.filter(({ iv }) => hex(iv).length === 12);

  it.skipIf(vectors === undefined)("seals and opens as it should", () => {
    expect(vectors?.length).toBeGreaterThan(250);
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of vectors ?? []) {
      const cipher = chacha20poly1305(hex(key), hex(iv), hex(aad));
      if (result === "valid") {
        expect([tcId, toHex(cipher.decrypt(hex(ct + tag)))]).toEqual([tcId, msg]);
        expect(toHex(chacha20poly1305(hex(key), hex(iv), hex(aad)).encrypt(hex(msg)))).toBe(ct + tag);
      } else expect(() => cipher.decrypt(hex(ct + tag))).toThrow();
    }
  });
});

describe("Wycheproof ML-KEM-768", () => {
  type Keygen = Verdict & { readonly seed: string; readonly ek: string };
  type Encaps = Verdict & { readonly ek: string };
  type Decaps = Verdict & { readonly seed: string; readonly c: string; readonly K: string; readonly ek?: string };
  const keygen = cases<Keygen>("mlkem_768_keygen_seed_test.json");
  const encaps = cases<Encaps>("mlkem_768_encaps_test.json");
  const decaps = cases<Decaps>("mlkem_768_test.json");
  const header = Buffer.from("3054020100300b060960864801650304040204428040", "hex");
  const importSeed = (seed: Uint8Array) =>
    crypto.createPrivateKey({ key: Buffer.concat([header, seed]), format: "der", type: "pkcs8" });

  it.skipIf(keygen === undefined)("the DER header that the native engine uses imports every seed", () => {
    for (const { tcId, seed, ek, result } of keygen ?? []) {
      if (result !== "valid") continue;
      const spki = crypto.createPublicKey(importSeed(hex(seed))).export({ format: "der", type: "spki" });
      expect([tcId, toHex(spki.subarray(-1184))]).toEqual([tcId, ek]);
    }
  });

  it.skipIf(encaps === undefined)(
    "public keys with a coefficient beyond the modulus are found, all others pass",
    () => {
      const overflowing = (encaps ?? []).filter(({ flags }) => flags?.includes("ModulusOverflow"));
      expect(overflowing.length).toBeGreaterThan(0);
      for (const { tcId, ek, result } of encaps ?? []) {
        expect([tcId, isMlKemPublicKey(hex(ek))]).toEqual([tcId, result === "valid"]);
      }
    },
  );

  it.skipIf(decaps === undefined)("decapsulation gives the known secret", () => {
    for (const { tcId, seed, c, K, result } of decaps ?? []) {
      if (result !== "valid") continue;
      expect([tcId, toHex(crypto.decapsulate(importSeed(hex(seed)), hex(c)))]).toEqual([tcId, K]);
    }
  });

  it.skipIf(encaps === undefined).each(engines)(
    "$name: a hybrid key with an overflowing half is refused when it is loaded",
    (engine) => {
      const x25519 = importPrivateKey(engine, "x25519", new Uint8Array(32).fill(1)).publicKey.bytes;
      const bad = (encaps ?? []).find(({ flags }) => flags?.includes("ModulusOverflow"));
      expect(() => importPublicKey(engine, "mlkem768x25519", Buffer.concat([hex(bad?.ek ?? ""), x25519]))).toThrow(
        /not safe/,
      );
    },
  );
});

describe("X-Wing and HPKE drafts", () => {
  type XWing = {
    readonly seed: string;
    readonly eseed: string;
    readonly ss: string;
    readonly pk: string;
    readonly ct: string;
  };
  const vectors = sharedVectors<readonly XWing[]>("xwing/xwing-test-vectors.json");

  it.skipIf(vectors === undefined).each(engines)(
    "$name: X-Wing keys derive and ciphertexts open as in the draft",
    (engine) => {
      for (const { seed, pk, ct, ss, eseed } of vectors ?? []) {
        const key = importPrivateKey(engine, "mlkem768x25519", hex(seed));
        expect(toHex(key.publicKey.bytes)).toBe(pk);
        expect(toHex(engine.decapsulate(key, hex(ct)) ?? new Uint8Array())).toBe(ss);
        expect(toHex(xwing.encapsulate(hex(pk), hex(eseed)).cipherText)).toBe(ct);
      }
    },
  );

  type Hpke = {
    readonly mode: number;
    readonly kem_id: number;
    readonly kdf_id: number;
    readonly aead_id: number;
    readonly [field: string]: unknown;
    readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
  };
  const text = (vector: Hpke, ...names: readonly string[]) =>
    hex(String(names.map((name) => vector[name]).find((value) => value !== undefined) ?? ""));
  const hpke = sharedVectors<readonly Hpke[]>("hpke/hpke-pq-test-vectors.json")?.filter(
    ({ mode, kem_id, kdf_id, aead_id }) => mode === 0 && kem_id === 0x647a && kdf_id === 1 && aead_id === 3,
  );

  it.skipIf(hpke === undefined).each(engines)(
    "$name: the HPKE key schedule and AEAD match the draft's vector",
    (engine) => {
      expect(hpke?.length).toBeGreaterThan(0);
      for (const vector of hpke ?? []) {
        const [first] = vector.encryptions;
        const secret = text(vector, "shared_secret");
        const sealed = hpkeSealWith(
          engine,
          "mlkem768x25519",
          secret,
          text(vector, "info"),
          hex(first?.pt ?? ""),
          hex(first?.aad ?? ""),
        );
        expect(toHex(sealed)).toBe(first?.ct);
        const opened = hpkeOpenWith(
          engine,
          "mlkem768x25519",
          secret,
          text(vector, "info"),
          sealed,
          hex(first?.aad ?? ""),
        );
        expect(toHex(opened ?? new Uint8Array())).toBe(first?.pt);
      }
    },
  );

  it.each(engines)("$name: DHKEM(X25519) opens the base-mode vector of RFC 9180, appendix A.2.1", (engine: Engine) => {
    // RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, first encryption, whose aad is "Count-0".
    const secret = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    const enc = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    const info = hex("4f6465206f6e2061204772656369616e2055726e");
    const ct = hex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");
    const key = importPrivateKey(engine, "x25519", secret);
    expect(toHex(key.publicKey.bytes)).toBe("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
    const shared = engine.decapsulate(key, enc);
    expect(toHex(shared ?? new Uint8Array())).toBe("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7");
    const opened = hpkeOpenWith(
      engine,
      "x25519",
      shared ?? new Uint8Array(),
      info,
      ct,
      new TextEncoder().encode("Count-0"),
    );
    expect(new TextDecoder().decode(opened)).toBe("Beauty is truth, truth beauty");
    expect(hpkeOpen(engine, key, enc, info, ct)).toBeUndefined();
    expect(key).toBeInstanceOf(PrivateKey);
  });
});
