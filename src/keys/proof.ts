/**
 * The proof that a cluster's identity made a key, and put it into its state: without it, whoever may write one Secret of the
 * controller's namespace could have a key of their own used. docs/key-secrets.md. Pure.
 */
import { concat, fromBase64url, toBase64url, utf8 } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { KeyId } from "../model/key-id.ts";
import { LABEL } from "../model/label.ts";
import type { HeldKey, HeldState } from "./store.ts";

/** What is proven of a key. Times are RFC 3339, in seconds and UTC. */
export type ProvenFacts = {
  readonly keyId: KeyId;
  readonly state: HeldState;
  readonly notBefore: string;
  readonly notAfter: string;
};

/** A proof as it is written. identity: the Ed25519 public key that signed, 32 bytes. serial: of the list when the state was set. */
export type KeyProof = { readonly identity: Uint8Array; readonly serial: number; readonly signature: Uint8Array };

const VERSION = "v1";

/** The facts of a key that is held. */
export function factsOfKey({ publicKey, state, notBefore, notAfter }: HeldKey): ProvenFacts {
  return { keyId: publicKey.keyId, state, notBefore, notAfter };
}

/** The bytes that are signed: docs/key-secrets.md, Proofs. */
function signedBytes(engine: Engine, identity: Uint8Array, serial: number, facts: ProvenFacts): Uint8Array {
  const { keyId, state, notBefore, notAfter } = facts;
  const lines = [
    "lacre-key-proof-1",
    `identity: ${toBase64url(identity)}`,
    `key: ${keyId}`,
    `state: ${state}`,
    `not-before: ${notBefore}`,
    `not-after: ${notAfter}`,
    `serial: ${serial}`,
  ];
  return concat(utf8(`${LABEL}key-proof\0`), engine.sha256(utf8(`${lines.join("\n")}\n`)));
}

/** The proof of a key's state, signed with the identity's 32-byte seed. The same input gives the same text. */
export function proveKey(engine: Engine, facts: ProvenFacts, serial: number, seed: Uint8Array): string {
  const identity = engine.signingKeyOf(seed);
  const signature = engine.sign(seed, signedBytes(engine, identity, serial, facts));
  return [VERSION, toBase64url(identity), String(serial), toBase64url(signature)].join(" ");
}

/** The proof in a text, or undefined for anything that is not written exactly so. */
export function parseKeyProof(text: string): KeyProof | undefined {
  const match = /^v1 ([\w-]{43}) (0|[1-9]\d{0,15}) ([\w-]{86})$/.exec(text);
  const identity = fromBase64url(match?.[1] ?? "");
  const signature = fromBase64url(match?.[3] ?? "");
  const serial = Number(match?.[2]);
  if (identity?.length !== 32 || signature?.length !== 64 || !Number.isSafeInteger(serial)) return undefined;
  return { identity, serial, signature };
}

/** True when the identity that a proof names signed these facts. Whether that is the cluster's identity, the caller judges. */
export function isProven(engine: Engine, facts: ProvenFacts, proof: KeyProof): boolean {
  return engine.isSigned(proof.identity, signedBytes(engine, proof.identity, proof.serial, facts), proof.signature);
}
