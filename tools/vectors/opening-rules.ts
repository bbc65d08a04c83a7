/** What only an opener with a key finds: a key that is not held, or something that does not fit the data key. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import nacl from "tweetnacl";
import { compareBytes, concat, u32be } from "../../src/bytes.ts";
import { keyIdBytes } from "../../src/crypto/key-id-bytes.ts";
import type { Suite } from "../../src/model/suite.ts";
import { SUITES } from "../../src/model/suite.ts";
import { LOW_ORDER_X25519 } from "./bad-points.ts";
import {
  encapsulateWith,
  expand,
  flipped,
  forge,
  frameOf,
  keyOf,
  PLACE,
  type Steps,
  VALUE,
  withBytes,
  wrapInfo,
} from "./forge.ts";
import type { Held, Rule } from "./rule.ts";

const other = (suite: Suite): Suite => (suite === "x25519" ? "mlkem768x25519" : "x25519");
const idOf = (suite: Suite, fill: number) => keyIdBytes(keyOf(suite, fill).publicKey.keyId);
const holds =
  (...fills: readonly number[]) =>
  (suite: Suite): readonly Held[] =>
    fills.map((fill) => ({ suite, fill }));

export const UNKNOWN_RULES: readonly Rule[] = [
  { rule: "the key is none of its recipients'", held: holds(77) },
  {
    rule: "none of seven keys is one of its eight recipients'",
    recipients: 8,
    held: holds(71, 72, 73, 74, 75, 76, 77),
  },
  { rule: "the seed is right, and the key of the other suite", held: (suite) => [{ suite: other(suite), fill: 1 }] },
  {
    rule: "the first byte of the recipient's key id is another",
    recipients: 1,
    forge: (suite) => ({ idOf: () => flipped(idOf(suite, 1)) }),
  },
  {
    rule: "the last byte of the recipient's key id is another",
    recipients: 1,
    forge: (suite) => ({ idOf: () => flipped(idOf(suite, 1), -1) }),
  },
  { rule: "no keys are held", held: () => [] },
];

const broken = (rule: string, changes: Partial<Steps>, more: Partial<Rule> = {}): Rule => ({
  rule,
  ...more,
  forge: () => changes,
});
const encAt = 16;
const x25519At = (suite: Suite) => encAt + SUITES[suite].encBytes - 32;

/** For every recipient, so that it does not matter which one opens. */
const inStanza = (rule: string, change: (stanza: Uint8Array, suite: Suite) => Uint8Array): Rule => ({
  rule,
  forge: (suite) => ({ stanza: (stanza) => change(stanza, suite) }),
});

const lowestFirst = (suite: Suite, fills: readonly number[]) =>
  fills.map((fill) => idOf(suite, fill)).sort(compareBytes)[0] as Uint8Array;
const isLowest = (suite: Suite, index: number) =>
  compareBytes(idOf(suite, index + 1), lowestFirst(suite, [1, 2])) === 0;

const STANZA: readonly Rule[] = [
  broken("a stanza's info has another label", { info: (prefix, id) => wrapInfo(prefix, id, "lacre/v2/wrap\0") }),
  broken("a stanza's info has no zero after its label", {
    info: (prefix, id) => wrapInfo(prefix, id, "lacre/v1/wrap"),
  }),
  broken("a stanza's info has another time", { info: (prefix, id) => wrapInfo(flipped(prefix, 11), id) }),
  broken("a stanza's info has another scope", { info: (prefix, id) => wrapInfo(withBytes(prefix, 2, 3), id) }),
  broken("a stanza's info has another place", { info: (prefix, id) => wrapInfo(flipped(prefix, 20), id) }),
  broken("a stanza's info has another key id", { info: (prefix, id) => wrapInfo(prefix, flipped(id)) }),
  broken("a stanza's info ends before the key id", { info: (prefix) => wrapInfo(prefix, new Uint8Array(0)) }),
  broken("a stanza's info is empty", { info: () => new Uint8Array(0) }),
  broken("a stanza has additional data", { aad: Uint8Array.of(0) }),
  inStanza("a bit of the encapsulated key is another", (stanza) => flipped(stanza, encAt)),
  inStanza("a bit of the X25519 share is another", (stanza, suite) => flipped(stanza, x25519At(suite))),
  inStanza("the top bit of the X25519 share is set afterwards", (stanza, suite) => {
    const at = x25519At(suite) + 31;
    return withBytes(stanza, at, (stanza[at] as number) | 0x80);
  }),
  inStanza("the encapsulated key is all zeros", (stanza, suite) =>
    withBytes(stanza, encAt, ...new Uint8Array(SUITES[suite].encBytes)),
  ),
  inStanza("a bit of the wrapped key is another", (stanza) => flipped(stanza, -48)),
  inStanza("a bit of the wrapped key's tag is another", (stanza) => flipped(stanza, -1)),
  ...LOW_ORDER_X25519.map(
    ([name, point]): Rule => ({
      rule: `the X25519 share is of low order, ${name}, and all else fits a result of zero`,
      forge: () => ({ encapsulate: (engine, to) => encapsulateWith(engine, to, point, new Uint8Array(32)) }),
    }),
  ),
  {
    rule: "X-Wing's label stands first, as in early drafts",
    suites: ["mlkem768x25519"],
    forge: () => ({
      encapsulate: (engine, to) => {
        const secret = engine.randomBytes(32);
        const shared = nacl.scalarMult(secret, to.bytes.subarray(1184));
        return encapsulateWith(engine, to, nacl.scalarMult.base(secret), shared, true);
      },
    }),
  },
  {
    rule: "the stanza is for another key, under the id of the one that is held",
    forge: (suite) => ({ encapsulate: (engine) => engine.encapsulate(keyOf(suite, 99).publicKey) }),
  },
  {
    rule: "the stanza has the id of a key of the other suite, which is held",
    recipients: 1,
    forge: (suite) => ({ idOf: () => idOf(other(suite), 1) }),
    held: (suite) => [{ suite: other(suite), fill: 1 }],
  },
  {
    rule: "its suite is the other one, of such a length that it fits",
    suites: ["mlkem768x25519"],
    recipients: 1,
    signed: false,
    forge: () => ({ suiteId: 1 }),
  },
  {
    rule: "of two held keys the lower id's stanza holds another data key: there is no second try",
    recipients: 2,
    held: holds(1, 2),
    forge: (suite) => ({ dataKeyOf: (dataKey, index) => (isLowest(suite, index) ? flipped(dataKey) : dataKey) }),
  },
  {
    rule: "of two held keys the lower id's stanza is broken: there is no second try",
    recipients: 2,
    held: holds(2, 1),
    forge: (suite) => ({ stanza: (stanza, index) => (isLowest(suite, index) ? flipped(stanza, -1) : stanza) }),
  },
  broken("the stanza holds another data key than the payload's", { dataKeyOf: (dataKey) => flipped(dataKey) }),
];

const PAYLOAD: readonly Rule[] = [
  broken("the payload's salt is the hash of the prefix only", {
    okm: (engine, dataKey, header) => expand(engine, dataKey, engine.sha256(header.subarray(0, 44))),
  }),
  broken("the payload's salt is the header, not its hash", {
    okm: (engine, dataKey, header) => expand(engine, dataKey, header.subarray(0, 32)),
  }),
  broken("the payload's salt is empty", { okm: (engine, dataKey) => expand(engine, dataKey, new Uint8Array(0)) }),
  broken("the payload's info is another", {
    okm: (engine, dataKey, header) => expand(engine, dataKey, engine.sha256(header), "lacre/v1/payload\0"),
  }),
  broken("a bit of the commitment is another", { commitment: flipped }),
  broken("the last bit of the commitment is another", { commitment: (one) => flipped(one, -1) }),
  broken("the commitment is all zeros", { commitment: (one) => new Uint8Array(one.length) }),
  broken("the box has another nonce", { seal: (frame, nonce, key) => nacl.secretbox(frame, flipped(nonce), key) }),
  broken("the box has another key", { seal: (frame, nonce, key) => nacl.secretbox(frame, nonce, flipped(key)) }),
  broken("a bit of the box's tag is another", { box: flipped }),
  broken("a bit of the box's content is another", { box: (box) => flipped(box, 20) }),
  broken("the last bit of the box is another", { box: (box) => flipped(box, -1) }),
  broken("the box's tag stands at its end", { box: (box) => concat(box.subarray(16), box.subarray(0, 16)) }),
  broken("the box is of ChaCha20-Poly1305", {
    seal: (frame, nonce, key) => chacha20poly1305(key, nonce.subarray(0, 12)).encrypt(frame),
  }),
  broken("the time was changed afterwards", { body: (body) => flipped(body, 11) }),
  {
    rule: "the payload is that of another token for the same keys",
    recipients: 1,
    signed: false,
    forge: (suite) => {
      const foreign = forge(suite, { sealedAt: 1_700_000_000n });
      const bytes = new Uint8Array(Buffer.from(foreign.slice(7), "base64url"));
      return { body: (body) => concat(body.subarray(0, -304), bytes.subarray(-304)) };
    },
  },
  {
    rule: "a recipient was added afterwards",
    recipients: 2,
    signed: false,
    forge: (suite) => ({ body: (body) => withRecipient(suite, body) }),
  },
  {
    rule: "a recipient was taken out afterwards",
    recipients: 2,
    signed: false,
    held: holds(1, 2),
    forge: (suite) => ({ body: (body) => withoutRecipient(suite, body) }),
  },
  {
    rule: "the signature was taken off afterwards, with the flag and the sealer's id",
    signed: true,
    recipients: 1,
    forge: (suite) => ({
      signature: () => new Uint8Array(0),
      body: (body) => {
        const end = 45 + stanzaBytes(suite);
        return concat(body.subarray(0, end), body.subarray(end + 16)).with(3, 0);
      },
    }),
  },
  {
    rule: "another sealer's id was put in afterwards, and the whole signed again",
    signed: true,
    recipients: 1,
    forge: (suite) => ({ body: (body) => flipped(body, 45 + stanzaBytes(suite)) }),
  },
];

function stanzaBytes(suite: Suite): number {
  return 16 + SUITES[suite].encBytes + 48;
}

function withRecipient(suite: Suite, body: Uint8Array): Uint8Array {
  const end = 45 + 2 * stanzaBytes(suite);
  const added = flipped(body.subarray(end - stanzaBytes(suite), end), 15);
  const stanzas = [body.subarray(45, end - stanzaBytes(suite)), body.subarray(end - stanzaBytes(suite), end), added];
  return concat(body.subarray(0, 44), Uint8Array.of(3), ...stanzas.sort(compareBytes), body.subarray(end));
}

function withoutRecipient(suite: Suite, body: Uint8Array): Uint8Array {
  const end = 45 + 2 * stanzaBytes(suite);
  return concat(
    body.subarray(0, 44),
    Uint8Array.of(1),
    body.subarray(45, end - stanzaBytes(suite)),
    body.subarray(end),
  );
}

const frame = (rule: string, one: Steps["frame"], more: Partial<Rule> = {}): Rule => broken(rule, { frame: one }, more);
const alone: Partial<Rule> = { recipients: 1, signed: false };

/** A value that is the box's own key stream: sealed it is all zeros, so that a long vector is short in a file. */
function asZeros(length: number, padded: number): Steps["frame"] {
  return (key, nonce) => {
    const stream = nacl.secretbox(new Uint8Array(padded), nonce, key).subarray(16);
    return concat(u32be(length), stream.subarray(4, 4 + length), new Uint8Array(padded - 4 - length));
  };
}

const FRAME: readonly Rule[] = [
  frame("the length is one over what is there", frameOf(new Uint8Array(252), 256, 253)),
  frame("the length is 4,294,967,295", frameOf(VALUE, 256, 0xffff_ffff)),
  frame("the length is 2,147,483,648", frameOf(VALUE, 256, 0x8000_0000)),
  frame("the length is written with its least byte first", withBytes(frameOf(VALUE), 0, VALUE.length, 0, 0, 0)),
  frame("the first byte of the padding is not zero", withBytes(frameOf(VALUE), 4 + VALUE.length, 1)),
  frame("the last byte of the padding is not zero", withBytes(frameOf(VALUE), 255, 0x80)),
  frame("the length is one under what the value has", frameOf(VALUE, 256, VALUE.length - 1)),
  frame("the frame is a step longer than it must be", frameOf(VALUE, 272)),
  frame("the frame of a long value is a step longer than it must be", frameOf(new Uint8Array(253).fill(7), 288)),
  frame("the value is empty in a frame of 272 bytes", frameOf(new Uint8Array(0), 272)),
  frame("the value has 524,289 bytes, one over the most", asZeros(524_289, 540_672), alone),
  frame("the value has 540,668 bytes, the most that the longest frame holds", asZeros(540_668, 540_672), alone),
];

export const DECRYPT_RULES: readonly Rule[] = [...STANZA, ...PAYLOAD, ...FRAME];

/** What opens although it looks odd: so that nobody refuses more than the format does. */
export const OPENED_RULES: readonly Rule[] = [
  { rule: "nothing is wrong, one recipient", recipients: 1, signed: false },
  { rule: "nothing is wrong, three recipients, signed", recipients: 3, signed: true },
  { rule: "eight recipients, signed", recipients: 8, signed: true },
  {
    rule: "the signature is garbage: opening does not look at it",
    signed: true,
    forge: () => ({ signature: (one) => one.fill(0xff) }),
  },
  { rule: "it was sealed in 1970", forge: () => ({ sealedAt: 0n }) },
  { rule: "it was sealed at the last second that 64 bits have", forge: () => ({ sealedAt: 2n ** 64n - 1n }) },
  { rule: "the key is __proto__", forge: () => ({ place: { ...PLACE, key: "__proto__" } }) },
  { rule: "the key has 253 characters", forge: () => ({ place: { ...PLACE, key: "k".repeat(253) } }) },
  { rule: "the key begins with one dot", forge: () => ({ place: { ...PLACE, key: ".env" } }) },
  { rule: "the namespace has 63 characters", forge: () => ({ place: { ...PLACE, namespace: "n".repeat(63) } }) },
  {
    rule: "a part of the name has more than 63 characters",
    forge: () => ({ place: { ...PLACE, name: `${"n".repeat(200)}.db` } }),
  },
  {
    rule: "of scope namespace, the name is nothing that could be",
    forge: () => ({ scope: 2 }),
    found: { ...PLACE, name: "No Name" },
  },
  {
    rule: "of scope cluster, namespace and name are nothing that could be",
    forge: () => ({ scope: 3 }),
    found: { ...PLACE, namespace: "", name: ".." },
  },
  {
    rule: "another stanza holds another data key",
    recipients: 2,
    forge: () => ({ dataKeyOf: (dataKey, index) => (index === 0 ? dataKey : flipped(dataKey)) }),
  },
  {
    rule: "of two held keys the lower id's stanza is sound and the other is not",
    recipients: 2,
    held: holds(1, 2),
    forge: (suite) => ({ stanza: (stanza, index) => (isLowest(suite, index) ? stanza : flipped(stanza, -1)) }),
  },
  {
    rule: "the X25519 share has its top bit set, which X25519 leaves out",
    forge: () => ({
      encapsulate: (engine, to) => {
        const secret = engine.randomBytes(32);
        const share = nacl.scalarMult.base(secret);
        return encapsulateWith(
          engine,
          to,
          withBytes(share, 31, (share[31] as number) | 0x80),
          nacl.scalarMult(secret, to.bytes.subarray(-32)),
        );
      },
    }),
  },
  { rule: "the value is empty", forge: () => ({ frame: frameOf(new Uint8Array(0)) }) },
  { rule: "the value has 252 bytes of zeros", forge: () => ({ frame: frameOf(new Uint8Array(252)) }) },
];
