import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { importPrivateKey } from "../../../src/crypto/key-import.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { sealToken } from "../../../src/crypto/seal-token.ts";
import { createSealer } from "../../../src/crypto/signature.ts";
import type { Context, Scope } from "../../../src/model/context.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { hex } from "../../support/shared-vectors.ts";

type Vector = {
  readonly suite: Suite;
  readonly scope: Scope;
  readonly place: Context;
  readonly sealedAt: number;
  readonly seeds: readonly string[];
  readonly sealerSeed?: string;
  readonly plaintext: string;
  readonly token: string;
};

const file = path.join(import.meta.dirname, "../../vectors/v1/sealed.json");
const { vectors } = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] };

describe("our own vectors of format 1", () => {
  it("sealing with their randomness gives their bytes: format 1 does not change", () => {
    expect(vectors).toHaveLength(12);
    for (const { suite, scope, place, sealedAt, seeds, sealerSeed, plaintext, token } of vectors) {
      const engine = countingEngine();
      const recipients = seeds.map((seed) => importPrivateKey(engine, suite, hex(seed)).publicKey);
      const sealer = sealerSeed === undefined ? {} : { sealer: createSealer(engine, hex(sealerSeed)) };
      const sealed = sealToken(engine, {
        value: hex(plaintext),
        scope,
        place,
        recipients,
        sealedAt: BigInt(sealedAt),
        ...sealer,
      });
      expect(sealed).toBe(token);
    }
  });

  it.each(bothEngines())("every recipient opens them, $name engine", (engine) => {
    for (const { suite, place, seeds, plaintext, token } of vectors) {
      for (const seed of seeds) {
        const opened = openToken(engine, new Keyring([importPrivateKey(engine, suite, hex(seed))]), token, place);
        expect(opened.ok && Buffer.from(opened.value).toString("hex")).toBe(plaintext);
      }
    }
  });
});
