/**
 * Tokens of format 1 in which exactly one thing is wrong, and everything that depends on it is right again: hashes, wrapped
 * keys, commitments and tags fit what was broken. Only what makes vectors uses this; its randomness is known to everybody.
 */
import { sha3_256 } from "@noble/hashes/sha3.js";
import { ml_kem768 as mlkem } from "@noble/post-quantum/ml-kem.js";
import nacl from "tweetnacl";
import { compareBytes, concat, toBase64url, u32be, utf8 } from "../../src/bytes.ts";
import { dhkemSecret } from "../../src/crypto/dhkem.ts";
import type { Encapsulated, Engine } from "../../src/crypto/engine.ts";
import { createPortableEngine } from "../../src/crypto/engine-portable.ts";
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts";
import { hpkeSealWith } from "../../src/crypto/hpke.ts";
import type { PrivateKey, PublicKey } from "../../src/crypto/key.ts";
import { keyIdBytes } from "../../src/crypto/key-id-bytes.ts";
import { importPrivateKey } from "../../src/crypto/key-import.ts";
import { paddedLength } from "../../src/model/padding.ts";
import { SUITES, type Suite } from "../../src/model/suite.ts";

export type Place = { readonly namespace: string; readonly name: string; readonly key: string };
export const PLACE: Place = { namespace: "shop", name: "db-credentials", key: "DB_PASSWORD" };
export const VALUE: Uint8Array = utf8("correct horse");
const SIGNER_SEED = new Uint8Array(32).fill(0x5e);

/** Scopes as the header's byte. */
export const STRICT = 1;
export const NAMESPACE = 2;
export const CLUSTER = 3;

/** Randomness is 0, 1, 2, ... modulo 256. */
function countingEngine(): Engine {
  let next = 0;
  return createPortableEngine((length) => Uint8Array.from({ length }, () => next++ & 0xff));
}

/** The key pair whose seed is one byte repeated. */
export function keyOf(suite: Suite, fill: number): PrivateKey {
  return importPrivateKey(countingEngine(), suite, new Uint8Array(32).fill(fill));
}

/** A copy in which the lowest bit of one byte is another; counted from the end when negative. */
export function flipped(bytes: Uint8Array, at = 0): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  copy[index] = (copy[index] as number) ^ 1;
  return copy;
}

/** A copy with these bytes at an offset. */
export function withBytes(bytes: Uint8Array, at: number, ...replacement: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(replacement, at);
  return copy;
}

/** contextHash of exactly these parts. */
function hashOfContext(engine: Engine, scope: number, { namespace, name, key }: Place): Uint8Array {
  const lp = (text: string) => concat(u32be(utf8(text).length), utf8(text));
  return engine.sha256(concat(lp("lacre/v1/ctx"), Uint8Array.of(scope), lp(namespace), lp(name), lp(key)));
}

/** The frame of a value, padded to a length of one's choice. */
export function frameOf(
  value: Uint8Array,
  padded: number = paddedLength(value.length),
  length: number = value.length,
): Uint8Array {
  const frame = new Uint8Array(padded);
  frame.set(u32be(length));
  frame.set(value, 4);
  return frame;
}

/**
 * Encapsulates with a share of one's choice for X25519, whose shared secret is given, and the order of the combiner's parts.
 * For suite 2 the ML-KEM half is a sound one.
 */
export function encapsulateWith(
  engine: Engine,
  to: PublicKey,
  share: Uint8Array,
  x25519: Uint8Array,
  labelFirst = false,
): Encapsulated {
  if (to.suite === "x25519") return { enc: share, sharedSecret: dhkemSecret(engine, x25519, share, to.bytes) };
  const { cipherText, sharedSecret } = mlkem.encapsulate(to.bytes.subarray(0, 1184), engine.randomBytes(32));
  const label = utf8("\\.//^\\");
  const parts = [sharedSecret, x25519, share, to.bytes.subarray(1184)];
  const combined = sha3_256(labelFirst ? concat(label, ...parts) : concat(...parts, label));
  return { enc: concat(cipherText, share), sharedSecret: combined };
}

/** Every step of sealing that a forgery may take otherwise. */
export type Steps = {
  version: number;
  suiteId: number;
  scope: number;
  flags: number;
  sealedAt: bigint;
  /** Where the token claims to be. What the scope does not bind is left out. */
  place: Place;
  contextHash: (hash: Uint8Array) => Uint8Array;
  recipients: readonly PublicKey[];
  signed: boolean;
  idOf: (recipient: PublicKey, index: number) => Uint8Array;
  encapsulate: (engine: Engine, recipient: PublicKey, index: number) => Encapsulated;
  dataKeyOf: (dataKey: Uint8Array, index: number) => Uint8Array;
  info: (prefix: Uint8Array, keyId: Uint8Array) => Uint8Array;
  aad: Uint8Array;
  stanza: (stanza: Uint8Array, index: number) => Uint8Array;
  stanzas: (stanzas: Uint8Array[]) => Uint8Array[];
  count: (count: number) => number;
  sealerKeyId: (id: Uint8Array) => Uint8Array;
  header: (header: Uint8Array) => Uint8Array;
  okm: (engine: Engine, dataKey: Uint8Array, header: Uint8Array) => Uint8Array;
  commitment: (commitment: Uint8Array) => Uint8Array;
  frame: Uint8Array | ((key: Uint8Array, nonce: Uint8Array) => Uint8Array);
  seal: (frame: Uint8Array, nonce: Uint8Array, key: Uint8Array) => Uint8Array;
  box: (box: Uint8Array) => Uint8Array;
  /** After sealing, before the signature. */
  body: (body: Uint8Array) => Uint8Array;
  signature: (signature: Uint8Array) => Uint8Array;
  whole: (body: Uint8Array) => Uint8Array;
  text: (token: string) => string;
};

/** okm as the format has it, from a salt and an info of one's choice. */
export function expand(engine: Engine, dataKey: Uint8Array, salt: Uint8Array, info = "lacre/v1/payload"): Uint8Array {
  return hkdfExpand(engine, hkdfExtract(engine, salt, dataKey), utf8(info), 88);
}

/** info of a stanza as the format has it. */
export function wrapInfo(prefix: Uint8Array, keyId: Uint8Array, label = "lacre/v1/wrap\0"): Uint8Array {
  return concat(utf8(label), prefix, keyId);
}

const same = <T>(one: T): T => one;

function soundSteps(suite: Suite): Steps {
  return {
    version: 1,
    suiteId: SUITES[suite].id,
    scope: STRICT,
    flags: 0,
    sealedAt: 1_800_000_000n,
    place: PLACE,
    contextHash: same,
    recipients: [keyOf(suite, 1).publicKey],
    signed: false,
    idOf: ({ keyId }) => keyIdBytes(keyId),
    encapsulate: (engine, recipient) => engine.encapsulate(recipient),
    dataKeyOf: same,
    info: wrapInfo,
    aad: new Uint8Array(0),
    stanza: same,
    stanzas: (stanzas) => stanzas.sort(compareBytes),
    count: same,
    sealerKeyId: same,
    header: same,
    okm: (engine, dataKey, header) => expand(engine, dataKey, engine.sha256(header)),
    commitment: same,
    frame: frameOf(VALUE),
    seal: (frame, nonce, key) => nacl.secretbox(frame, nonce, key),
    box: same,
    body: same,
    signature: same,
    whole: same,
    text: same,
  };
}

function makePrefix(engine: Engine, steps: Steps): Uint8Array {
  const { namespace, name, key } = steps.place;
  const bound = {
    namespace: steps.scope === CLUSTER ? "" : namespace,
    name: steps.scope === NAMESPACE || steps.scope === CLUSTER ? "" : name,
    key,
  };
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, steps.sealedAt);
  const first = Uint8Array.of(steps.version, steps.suiteId, steps.scope, steps.flags | (steps.signed ? 1 : 0));
  return concat(first, time, steps.contextHash(hashOfContext(engine, steps.scope, bound)));
}

function makeHeader(engine: Engine, suite: Suite, steps: Steps, dataKey: Uint8Array): Uint8Array {
  const prefix = makePrefix(engine, steps);
  const made = steps.recipients.map((recipient, index) => {
    const keyId = steps.idOf(recipient, index);
    const { enc, sharedSecret } = steps.encapsulate(engine, recipient, index);
    const info = steps.info(prefix, keyId);
    const wrapped = hpkeSealWith(engine, suite, sharedSecret, info, steps.dataKeyOf(dataKey, index), steps.aad);
    return steps.stanza(concat(keyId, enc, wrapped), index);
  });
  const stanzas = steps.stanzas(made);
  const sealer = engine.sha256(concat(utf8("lacre/v1/sealer"), engine.signingKeyOf(SIGNER_SEED))).subarray(0, 16);
  const ids = steps.signed ? [steps.sealerKeyId(sealer)] : [];
  return steps.header(concat(prefix, Uint8Array.of(steps.count(stanzas.length)), ...stanzas, ...ids));
}

/** A token that is sound but for the steps given. Without any it opens. */
export function forge(suite: Suite, changes: Partial<Steps> = {}): string {
  const engine = countingEngine();
  const steps: Steps = { ...soundSteps(suite), ...changes };
  const dataKey = engine.randomBytes(32);
  const header = makeHeader(engine, suite, steps, dataKey);
  const okm = steps.okm(engine, dataKey, header);
  const [key, nonce] = [okm.subarray(0, 32), okm.subarray(32, 56)];
  const frame = typeof steps.frame === "function" ? steps.frame(key, nonce) : steps.frame;
  const box = steps.box(steps.seal(frame, nonce, key));
  const body = steps.body(concat(header, steps.commitment(okm.subarray(56)), box));
  const message = concat(utf8("lacre/v1/sig\0"), engine.sha256(body));
  const signature = steps.signed ? steps.signature(engine.sign(SIGNER_SEED, message)) : new Uint8Array(0);
  return steps.text(`lacre1.${toBase64url(steps.whole(concat(body, signature)))}`);
}
