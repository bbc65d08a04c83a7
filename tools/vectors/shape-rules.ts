/** What is malformed: found without any key, before anything is compared with a place. */
import { compareBytes, concat } from "../../src/bytes.ts";
import { keyIdBytes } from "../../src/crypto/key-id-bytes.ts";
import { SUITES, type Suite } from "../../src/model/suite.ts";
import { frameOf, keyOf, VALUE, withBytes } from "./forge.ts";
import type { Rule } from "./rule.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const text = (rule: string, change: (token: string) => string): Rule => ({ rule, forge: () => ({ text: change }) });
const whole = (rule: string, change: (body: Uint8Array) => Uint8Array, more: Partial<Rule> = {}): Rule => ({
  rule,
  ...more,
  forge: () => ({ whole: change }),
});
const padded = (rule: string, length: number): Rule => ({
  rule,
  forge: () => ({ frame: length < 19 ? new Uint8Array(length) : frameOf(VALUE, length) }),
});
/** Frames whose length is on no grid when the header's length is read otherwise: 256 bytes often are. */
const LONG = frameOf(new Uint8Array(1000).fill(7));
const LONGER = frameOf(new Uint8Array(500).fill(7));
const half = (one: string) => Math.floor(one.length / 2);
const splice = (one: string, piece: string) => one.slice(0, half(one)) + piece + one.slice(half(one));

/** The last character carries bits that no byte has: one of them is set. Two recipients make a length that three does not divide. */
function tailBits(token: string): string {
  const last = ALPHABET.indexOf(token.slice(-1));
  return token.slice(0, -1) + ALPHABET[last | 1];
}

const TEXT: readonly Rule[] = [
  text("there is nothing at all", () => ""),
  text("the prefix stands alone", () => "lacre1."),
  text("the prefix is of version 2", (token) => token.replace("lacre1.", "lacre2.")),
  text("the prefix is in capitals", (token) => token.replace("lacre1.", "LACRE1.")),
  text("the prefix has no dot", (token) => token.replace("lacre1.", "lacre1")),
  text("there is no prefix", (token) => token.slice(7)),
  text("a space stands before it", (token) => ` ${token}`),
  text("a space stands after it", (token) => `${token} `),
  text("a line break stands after it", (token) => `${token}\n`),
  text("a carriage return and a line break stand after it", (token) => `${token}\r\n`),
  text("a line break is inside", (token) => splice(token, "\n")),
  text("a carriage return is inside", (token) => splice(token, "\r")),
  text("a tab is inside", (token) => splice(token, "\t")),
  text("a zero byte stands after it", (token) => `${token}\0`),
  text("a byte order mark stands before it", (token) => `\ufeff${token}`),
  text("base64 padding stands after it", (token) => token + "=".repeat((4 - ((token.length - 7) % 4)) % 4 || 4)),
  { ...text("the last character has bits of no byte", tailBits), recipients: 2, signed: false },
  text("a character of the other base64 is in it", (token) => `lacre1.+${token.slice(8)}`),
  text("a slash is in it", (token) => `lacre1./${token.slice(8)}`),
  text("a character of no base64 is in it", (token) => `lacre1.*${token.slice(8)}`),
  text("a letter that only looks like one is in it", (token) => `lacre1.\u0410${token.slice(8)}`),
  text("it is there twice", (token) => token + token),
  text("it has 800,001 characters", (token) => token + "A".repeat(800_001 - token.length)),
];

const HEADER: readonly Rule[] = [
  whole("it ends before the number of recipients", (body) => body.subarray(0, 44)),
  whole("it ends after the number of recipients", (body) => body.subarray(0, 45)),
  whole("it is cut in the middle", (body) => body.subarray(0, Math.floor(body.length / 2))),
  whole("one byte is missing at the end", (body) => body.subarray(0, -1)),
  whole("one byte is left over", (body) => concat(body, Uint8Array.of(0))),
  ...[0, 2, 255].map((version): Rule => ({ rule: `its version is ${version}`, forge: () => ({ version }) })),
  ...[0, 3, 255].map((suiteId): Rule => ({ rule: `its suite is ${suiteId}`, forge: () => ({ suiteId }) })),
  {
    rule: "its suite is the other one, so that its length does not fit",
    recipients: 1,
    signed: false,
    forge: (suite) => ({ suiteId: 3 - SUITES[suite].id, frame: LONG }),
  },
  ...[0, 4, 255].map((scope): Rule => ({ rule: `its scope is ${scope}`, forge: () => ({ scope }) })),
  ...[0x02, 0x80, 0xfe].map(
    (flags): Rule => ({ rule: `flag 0x${flags.toString(16).padStart(2, "0")} is set`, forge: () => ({ flags }) }),
  ),
  { rule: "it says that there are no recipients", forge: () => ({ count: () => 0 }) },
  { rule: "it has no recipients", forge: () => ({ stanzas: () => [] }) },
  { rule: "it has nine recipients", recipients: 9 },
  { rule: "it says that there are 255 recipients", forge: () => ({ count: () => 255 }) },
  { rule: "it says that there is a recipient more", forge: () => ({ count: (count) => count + 1 }) },
  {
    rule: "it says that there is a recipient less",
    recipients: 3,
    forge: () => ({ count: (count) => count - 1, frame: LONG }),
  },
];

const order = (rule: string, recipients: number, stanzas: (sorted: Uint8Array[]) => Uint8Array[]): Rule => ({
  rule,
  recipients,
  forge: () => ({ stanzas: (made) => stanzas(made.sort(compareBytes)) }),
});
const idAt = (suite: Suite, fill: number) => keyIdBytes(keyOf(suite, fill).publicKey.keyId);

const ORDER: readonly Rule[] = [
  order("its key ids descend", 2, (sorted) => sorted.reverse()),
  order("the last two of eight key ids are exchanged", 8, (sorted) => [
    ...sorted.slice(0, 6),
    ...sorted.slice(6).reverse(),
  ]),
  order("the same stanza stands in it twice", 2, (sorted) => sorted.flatMap((one) => [one, one])),
  {
    rule: "two stanzas have the same key id",
    recipients: 2,
    forge: (suite) => ({ idOf: () => idAt(suite, 1) }),
  },
];

const LENGTH: readonly Rule[] = [
  padded("its frame is empty", 0),
  padded("its frame has 240 bytes, which is on Padme's grid and under the least", 240),
  padded("its frame has 255 bytes", 255),
  padded("its frame has 257 bytes, which is not on the grid", 257),
  padded("its frame has 264 bytes, which is not on the grid", 264),
  {
    rule: "its frame has 557,056 bytes, which is on the grid and over the most",
    recipients: 1,
    signed: false,
    // What follows the prefix is not looked at: zeros keep the vector short.
    forge: () => ({ frame: new Uint8Array(256), body: (body) => concat(body, new Uint8Array(557_056 - 256)) }),
  },
  { rule: "its box is a byte short", forge: () => ({ box: (box) => box.subarray(0, -1) }) },
  { rule: "its box is a byte long", forge: () => ({ box: (box) => concat(box, Uint8Array.of(0)) }) },
  { rule: "it says that it is signed, and is not", signed: false, forge: () => ({ flags: 1 }) },
  {
    rule: "it is signed, and says that it is not",
    signed: true,
    forge: () => ({ whole: (body) => withBytes(body, 3, 0), frame: LONGER }),
  },
  {
    rule: "it is signed, and names no sealer",
    signed: true,
    forge: () => ({ sealerKeyId: () => new Uint8Array(0) }),
  },
  { rule: "its signature has 63 bytes", signed: true, forge: () => ({ signature: (one) => one.subarray(0, 63) }) },
  {
    rule: "its signature has 65 bytes",
    signed: true,
    forge: () => ({ signature: (one) => concat(one, Uint8Array.of(0)) }),
  },
  { rule: "it ends where its signature begins", signed: true, forge: () => ({ signature: () => new Uint8Array(0) }) },
];

export const SHAPE_RULES: readonly Rule[] = [...TEXT, ...HEADER, ...ORDER, ...LENGTH];
