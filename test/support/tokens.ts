/** Tokens and keys for tests. */
import type { Engine } from "../../src/crypto/engine.ts";
import type { PrivateKey } from "../../src/crypto/key.ts";
import { importPrivateKey } from "../../src/crypto/key-import.ts";
import { type SealRequest, sealToken } from "../../src/crypto/seal-token.ts";
import type { Suite } from "../../src/model/suite.ts";

/** Where the tests' values live. */
export const PLACE = { namespace: "shop", name: "db-credentials", key: "DB_PASSWORD" } as const;

/** A key pair whose seed is one byte repeated. */
export function keyOf(engine: Engine, suite: Suite, fill = 7): PrivateKey {
  return importPrivateKey(engine, suite, new Uint8Array(32).fill(fill));
}

/** A strict token of the value for one key, unless the changes say otherwise. */
export function tokenFor(engine: Engine, key: PrivateKey, changes: Partial<SealRequest> = {}): string {
  const value = new TextEncoder().encode("correct horse");
  return sealToken(engine, {
    value,
    scope: "strict",
    place: PLACE,
    recipients: [key.publicKey],
    sealedAt: 1_790_000_000n,
    ...changes,
  });
}

/** The bytes of a token. */
export function bodyOf(token: string): Uint8Array {
  return new Uint8Array(Buffer.from(token.slice("lacre1.".length), "base64url"));
}

/** A token of these bytes, however broken. */
export function tokenOf(body: Uint8Array): string {
  return `lacre1.${Buffer.from(body).toString("base64url")}`;
}
