/** The proof that a cluster's identity made a key, and put it into its state. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { toBase64url } from "../../../src/bytes.ts";
import { isProven, type KeyProof, parseKeyProof, proveKey } from "../../../src/keys/proof.ts";
import { HELD_STATES } from "../../../src/keys/store.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const seed = new Uint8Array(32).fill(1);

describe.each(bothEngines())("a proof, $name engine", (engine) => {
  it("the published vectors of proofs are what the engine makes and takes", () => {
    const file = path.join(import.meta.dirname, "../../vectors/v1/key-proofs.json");
    const vectors = JSON.parse(fs.readFileSync(file, "utf8")) as {
      readonly seed: string;
      readonly identity: string;
      readonly proofs: readonly {
        readonly facts: Parameters<typeof proveKey>[1];
        readonly serial: number;
        readonly proof: string;
      }[];
    };
    expect(vectors.identity).toBe(
      toBase64url(engine.signingKeyOf(new Uint8Array(Buffer.from(vectors.seed, "base64url")))),
    );
    expect(vectors.proofs.length).toBe(HELD_STATES.length);
    for (const { facts, serial, proof } of vectors.proofs) {
      expect(proveKey(engine, facts, serial, new Uint8Array(Buffer.from(vectors.seed, "base64url")))).toBe(proof);
      expect(parseKeyProof(proof)?.serial).toBe(serial);
    }
  });

  const { keyId } = keyOf(engine, "x25519").publicKey;
  const facts = {
    keyId,
    state: "active",
    notBefore: "2026-01-01T00:00:00Z",
    notAfter: "2027-01-01T00:00:00Z",
  } as const;
  const text = proveKey(engine, facts, 5, seed);
  const proof = parseKeyProof(text) as KeyProof;

  it("is of every one of its facts, of its serial and of its identity", () => {
    expect(isProven(engine, facts, proof)).toBe(true);
    const other = keyOf(engine, "x25519", 9).publicKey.keyId;
    for (const changed of [
      { keyId: other },
      { state: "destroyed" },
      { notBefore: facts.notAfter },
      { notAfter: facts.notBefore },
    ] as const)
      expect([changed, isProven(engine, { ...facts, ...changed }, proof)]).toEqual([changed, false]);
    expect(isProven(engine, facts, { ...proof, serial: 6 })).toBe(false);
    expect(isProven(engine, facts, { ...proof, identity: engine.signingKeyOf(new Uint8Array(32).fill(2)) })).toBe(
      false,
    );
  });

  it("is one only as it is written: anything else is none", () => {
    expect(proof.serial).toBe(5);
    const [version, identity, serial, signature] = text.split(" ") as [string, string, string, string];
    for (const broken of [
      "",
      `v2 ${identity} ${serial} ${signature}`,
      `${version} ${identity.slice(1)} ${serial} ${signature}`,
      `${version} ${identity} 05 ${signature}`,
      `${version} ${identity} -5 ${signature}`,
      `${version} ${identity} 9999999999999999 ${signature}`,
      `${version} ${identity} ${serial} ${signature.slice(1)}`,
      `${version}  ${identity} ${serial} ${signature}`,
      `${text}\n`,
      ` ${text}`,
      `${text} more`,
    ])
      expect([broken, parseKeyProof(broken)]).toEqual([broken, undefined]);
  });
});
