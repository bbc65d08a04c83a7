/**
 * Makes test/vectors/v1/sealed.json: tokens sealed with known randomness, so that another implementation can check that it
 * seals byte for byte alike. Run it only when a vector is added; a change of one that is there would be a change of format 1.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { createPortableEngine } from "../src/crypto/engine-portable.ts";
import { importPrivateKey } from "../src/crypto/key.ts";
import { sealToken } from "../src/crypto/seal-token.ts";
import { createSealer } from "../src/crypto/signature.ts";
import type { Suite } from "../src/crypto/suite.ts";
import type { Scope } from "../src/model/context.ts";

const OUT = path.join(import.meta.dirname, "../test/vectors/v1/sealed.json");
const PLACE = { namespace: "shop", name: "db-credentials", key: "DB_PASSWORD" };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Randomness is 0, 1, 2, ... modulo 256: 32 bytes of data key, then for each recipient 32 (x25519) or 64 (hybrid). */
function countingEngine() {
  let next = 0;
  return createPortableEngine((length) => Uint8Array.from({ length }, () => next++ & 0xff));
}

function vector(suite: Suite, scope: Scope, length: number, recipients: number, signed = false) {
  const engine = countingEngine();
  const keys = Array.from({ length: recipients }, (_, index) =>
    importPrivateKey(engine, suite, new Uint8Array(32).fill(index + 1)),
  );
  const value = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
  const sealerSeed = new Uint8Array(32).fill(0x5e);
  const token = sealToken(engine, {
    value,
    scope,
    place: PLACE,
    recipients: keys.map(({ publicKey }) => publicKey),
    sealedAt: 1_800_000_000n,
    ...(signed && { sealer: createSealer(engine, sealerSeed) }),
  });
  return {
    suite,
    scope,
    place: PLACE,
    sealedAt: 1_800_000_000,
    seeds: keys.map((key) => hex(key.seed())),
    ...(signed && { sealerSeed: hex(sealerSeed) }),
    plaintext: hex(value),
    token,
  };
}

const suites: readonly Suite[] = ["x25519", "mlkem768x25519"];
const vectors = suites.flatMap((suite) => [
  vector(suite, "strict", 0, 1),
  vector(suite, "strict", 16, 1),
  vector(suite, "namespace", 252, 2),
  vector(suite, "cluster", 253, 1),
  vector(suite, "strict", 1700, 8),
  vector(suite, "strict", 16, 1, true),
]);
const randomness =
  "bytes 0, 1, 2, ... modulo 256: the data key (32), then per recipient in ascending key id 32 (x25519) or 64 (hybrid)";
fs.writeFileSync(OUT, `${JSON.stringify({ format: "lacre1", randomness, vectors }, null, 1)}\n`);
