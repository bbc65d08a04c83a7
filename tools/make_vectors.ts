/**
 * Makes test/vectors/v1: sealed.json, tokens sealed with known randomness, so that another implementation can check that it
 * seals byte for byte alike; refusals.json, tokens in which one rule is broken, with the reason; refusals-signatures.json and
 * refusals-keys.json, signatures and public keys on which programs differ. Run it only when a vector is added; a change of
 * one that is there would be a change of format 1.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { createPortableEngine } from "../src/crypto/engine-portable.ts";
import { importPrivateKey } from "../src/crypto/key-import.ts";
import { sealToken } from "../src/crypto/seal-token.ts";
import { createSealer } from "../src/crypto/signature.ts";
import type { Scope } from "../src/model/context.ts";
import type { Suite } from "../src/model/suite.ts";
import { publicKeyCases } from "./vectors/public-key-cases.ts";
import { refusals } from "./vectors/refusals.ts";
import { signatureCases } from "./vectors/signature-cases.ts";

const OUT = path.join(import.meta.dirname, "../test/vectors/v1");
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

/** One vector a line: a change of one is a line in a diff. */
function lines(vectors: readonly object[]): string {
  return `[\n${vectors.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
}

function write(name: string, text: string): void {
  fs.writeFileSync(path.join(OUT, name), text);
}

write("sealed.json", `${JSON.stringify({ format: "lacre1", randomness, vectors }, null, 1)}\n`);

const { refused, opened } = refusals();
const about =
  "docs/format-v1.md, Vectors. A token is a string, or pieces of a string with how often each is repeated. keys: what the opener holds; place: where the token is found";
write(
  "refusals.json",
  `{"format":"lacre1","about":${JSON.stringify(about)},\n"refused":${lines(refused)},\n"opened":${lines(opened)}}\n`,
);
const signatures = signatureCases().map(({ what, publicKey, message, signature, valid }) => ({
  what,
  publicKey: hex(publicKey),
  message: hex(message),
  signature: hex(signature),
  valid,
}));
write("refusals-signatures.json", `{"format":"lacre1","signatures":${lines(signatures)}}\n`);
const keys = publicKeyCases().map(({ what, suite, publicKey, usable }) => ({
  what,
  suite,
  publicKey: hex(publicKey),
  usable,
}));
write("refusals-keys.json", `{"format":"lacre1","publicKeys":${lines(keys)}}\n`);
