/** Ed25519 signatures on which programs differ, and a few on which none should. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, utf8 } from "../../src/bytes.ts";
import { fromLittleEndian, GROUP_ORDER } from "../../src/crypto/edwards25519.ts";
import { SMALL_ORDER_ED25519 } from "./bad-points.ts";
import { flipped } from "./forge.ts";

export type SignatureCase = {
  readonly what: string;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly valid: boolean;
};

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

const SEED = new Uint8Array(32).fill(0x5e);
const { scalar: SECRET, point: KEY, pointBytes: KEY_BYTES } = ed25519.utils.getExtendedPublicKey(SEED);
const NONCE = 0x1234567890abcdefn;
const ORDER_8 = Point.fromBytes(SMALL_ORDER_ED25519[4]?.[1] as Uint8Array);

function scalarBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return fromLittleEndian(sha512(concat(r, key, message))) % GROUP_ORDER;
}

/** The signature with these bytes for R, whose logarithm is `nonce`. */
function signed(r: Uint8Array, nonce: bigint, key: Uint8Array, message: Uint8Array, secret = SECRET): Uint8Array {
  return concat(r, scalarBytes((nonce + challenge(r, key, message) * secret) % GROUP_ORDER));
}

const torsion = (times: number): Point => ORDER_8.multiplyUnsafe(BigInt(times));
const noncePoint = Point.BASE.multiply(NONCE);
const messageOf = (number: number) => utf8(`message ${number}`);

/** The first message for which something holds. */
function firstMessage(holds: (message: Uint8Array) => boolean): Uint8Array {
  for (let number = 0; number < 1000; number++) {
    if (holds(messageOf(number))) return messageOf(number);
  }
  throw new Error("none of a thousand messages");
}

function bad(what: string, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): SignatureCase {
  return { what, publicKey, message, signature, valid: false };
}

/** R has a part of small order: with the cofactor the equation holds, without it does not. */
function mixedNonces(): readonly SignatureCase[] {
  return [1, 2, 4, 7].map((times) => {
    const r = noncePoint.add(torsion(times)).toBytes();
    const what = `R has a part of order ${times === 2 ? 4 : times === 4 ? 2 : 8} (${times})`;
    return bad(what, KEY_BYTES, messageOf(0), signed(r, NONCE, KEY_BYTES, messageOf(0)));
  });
}

/** A has a part of small order: without the cofactor one signature in eight fits. */
function mixedKeys(): readonly SignatureCase[] {
  const ofTwists = [1, 2, 4].flatMap((times) => {
    const key = KEY.add(torsion(times)).toBytes();
    const r = noncePoint.toBytes();
    const k = (message: Uint8Array) => challenge(r, key, message) % 8n;
    const fits = firstMessage((message) => k(message) === 0n);
    const fitsNot = firstMessage((message) => k(message) % 2n === 1n);
    return [
      bad(`A has a part of small order (${times}), and k is a multiple of 8`, key, fits, signed(r, NONCE, key, fits)),
      bad(`A has a part of small order (${times}), and k is odd`, key, fitsNot, signed(r, NONCE, key, fitsNot)),
    ];
  });
  const key = KEY.add(torsion(1)).toBytes();
  const r = noncePoint.add(torsion(3)).toBytes();
  const cancelled = firstMessage((message) => (challenge(r, key, message) + 3n) % 8n === 0n);
  const what = "A and R have parts of small order that cancel out";
  return [...ofTwists, bad(what, key, cancelled, signed(r, NONCE, key, cancelled))];
}

/** A is of small order: signatures that nobody had to sign. */
function smallKeys(): readonly SignatureCase[] {
  return SMALL_ORDER_ED25519.flatMap(([name, key]) => {
    const r = noncePoint.toBytes();
    const fits = firstMessage((message) => challenge(r, key, message) % 8n === 0n);
    const neutral = SMALL_ORDER_ED25519[0]?.[1] as Uint8Array;
    const zero = firstMessage((message) => challenge(neutral, key, message) % 8n === 0n);
    return [
      bad(`A is of small order: ${name}`, key, fits, concat(r, scalarBytes(NONCE))),
      bad(`A is of small order: ${name}; R is neutral and S zero`, key, zero, concat(neutral, new Uint8Array(32))),
    ];
  });
}

/** R is the neutral element, S = k a: the equation holds, whatever is written for R. */
function neutralNonces(): readonly SignatureCase[] {
  return SMALL_ORDER_ED25519.filter(([name]) => name.startsWith("order 1")).map(([name, r]) =>
    bad(`R is neutral: ${name}`, KEY_BYTES, messageOf(1), signed(r, 0n, KEY_BYTES, messageOf(1))),
  );
}

function malleable(): readonly SignatureCase[] {
  const good = ed25519.sign(messageOf(2), SEED);
  const s = fromLittleEndian(good.subarray(32));
  const withS = (value: bigint) => concat(good.subarray(0, 32), scalarBytes(value));
  const of = (what: string, signature: Uint8Array) => bad(what, KEY_BYTES, messageOf(2), signature);
  return [
    of("S is L more", withS(s + GROUP_ORDER)),
    of("S is 15 L more", withS(s + 15n * GROUP_ORDER)),
    of("S has its top bit set", withS(s | (1n << 255n))),
    of("S is L", withS(GROUP_ORDER)),
    of("S is zero", withS(0n)),
    of("S is another", withS(s ^ 1n)),
    of("R is another", flipped(good)),
    of("R has the other sign", good.with(31, (good[31] as number) ^ 0x80)),
    of("it is all zeros", new Uint8Array(64)),
    of("it is all ones", new Uint8Array(64).fill(0xff)),
    of("it has 63 bytes", good.subarray(0, 63)),
    of("it has 65 bytes", concat(good, Uint8Array.of(0))),
    of("it is empty", new Uint8Array(0)),
    bad("it is of another message", KEY_BYTES, messageOf(3), good),
    bad("it is of another key", ed25519.getPublicKey(new Uint8Array(32).fill(1)), messageOf(2), good),
    bad("the key has 31 bytes", KEY_BYTES.subarray(0, 31), messageOf(2), good),
    bad("the key is on no point", flipped(KEY_BYTES, 1), messageOf(2), good),
    bad("the key has the other sign", KEY_BYTES.with(31, (KEY_BYTES[31] as number) ^ 0x80), messageOf(2), good),
  ];
}

function sound(): readonly SignatureCase[] {
  const ordinary = ["", "a", "x".repeat(1023)].map((text) => ({
    what: `sound, of ${text.length} bytes`,
    publicKey: KEY_BYTES,
    message: utf8(text),
    signature: ed25519.sign(utf8(text), SEED),
    valid: true,
  }));
  const r = noncePoint.toBytes();
  const signature = signed(r, NONCE, KEY_BYTES, messageOf(0));
  return [
    ...ordinary,
    { what: "sound, with a nonce of one's own", publicKey: KEY_BYTES, message: messageOf(0), signature, valid: true },
  ];
}

/** All of them. The same every time. */
export function signatureCases(): readonly SignatureCase[] {
  return [...sound(), ...mixedNonces(), ...mixedKeys(), ...smallKeys(), ...neutralNonces(), ...malleable()];
}

/** A key that signs, with a part of order 8 added, and a way to sign with it that fits with the cofactor: for the tests of E1's kind. */
export function twistedSigner(times: number): {
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array, nonceTimes: number) => Uint8Array;
} {
  const publicKey = KEY.add(torsion(times)).toBytes();
  return {
    publicKey,
    sign: (message, nonceTimes) => signed(noncePoint.add(torsion(nonceTimes)).toBytes(), NONCE, publicKey, message),
  };
}
