/** Public keys that must not be sealed to, nor judged by. */
import { concat } from "../../src/bytes.ts";
import type { Suite } from "../../src/model/suite.ts";
import { LOW_ORDER_X25519, SMALL_ORDER_ED25519 } from "./bad-points.ts";
import { keyOf, withBytes } from "./forge.ts";

export type PublicKeyCase = {
  readonly what: string;
  readonly suite: Suite | "ed25519";
  readonly publicKey: Uint8Array;
  readonly usable: boolean;
};

/** p + y, little-endian, for y below 19: the only numbers of 255 bits that are not reduced. */
function notReduced(y: number, top = 0): Uint8Array {
  return withBytes(new Uint8Array(32).fill(0xff), 0, 0xed + y).with(31, 0x7f | top);
}

function badX25519(): readonly (readonly [string, Uint8Array])[] {
  const own = keyOf("x25519", 1).publicKey.bytes;
  const nine = withBytes(new Uint8Array(32), 0, 9);
  return [
    ...LOW_ORDER_X25519.map(([name, point]) => [`low order: ${name}`, point] as const),
    ...LOW_ORDER_X25519.map(([name, point]) => [`low order, top bit set: ${name}`, withTop(point)] as const),
    ["a sound key with its top bit set", withTop(own)],
    ["the base point with its top bit set", withTop(nine)],
    ...Array.from({ length: 19 }, (_, y) => [`not reduced: p + ${y}`, notReduced(y)] as const),
    ["not reduced: p + 9, top bit set", notReduced(9, 0x80)],
    ["2^255 - 1, top bit set", new Uint8Array(32).fill(0xff)],
  ];
}

function withTop(bytes: Uint8Array): Uint8Array {
  return bytes.with(31, (bytes[31] as number) | 0x80);
}

/** All of them: each bad X25519 key alone and as the part of a hybrid one, bad ML-KEM parts, bad lengths, bad signing keys. */
export function publicKeyCases(): readonly PublicKeyCase[] {
  const classic = keyOf("x25519", 1).publicKey.bytes;
  const hybrid = keyOf("mlkem768x25519", 1).publicKey.bytes;
  const bad = (suite: PublicKeyCase["suite"], what: string, publicKey: Uint8Array) => ({
    what,
    suite,
    publicKey,
    usable: false,
  });
  const good = (suite: PublicKeyCase["suite"], what: string, publicKey: Uint8Array) => ({
    what,
    suite,
    publicKey,
    usable: true,
  });
  const signing = new Uint8Array(
    Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"),
  );
  return [
    good("x25519", "sound", classic),
    good("x25519", "the base point", withBytes(new Uint8Array(32), 0, 9)),
    good("x25519", "p - 2, the largest that is not of low order", notReduced(-2)),
    good("mlkem768x25519", "sound", hybrid),
    good("ed25519", "sound (RFC 8032, section 7.1, test 1)", signing),
    ...badX25519().map(([what, bytes]) => bad("x25519", what, bytes)),
    ...badX25519().map(([what, bytes]) => bad("mlkem768x25519", what, concat(hybrid.subarray(0, 1184), bytes))),
    bad(
      "mlkem768x25519",
      "the first coefficient is q",
      withBytes(hybrid, 0, 0x01, (hybrid[1] as number & 0xf0) | 0x0d),
    ),
    bad(
      "mlkem768x25519",
      "the last coefficient is 4095",
      withBytes(hybrid, 1150, (hybrid[1150] as number) | 0xf0, 0xff),
    ),
    bad("mlkem768x25519", "the X25519 part stands first", concat(hybrid.subarray(1184), hybrid.subarray(0, 1184))),
    bad("x25519", "31 bytes", classic.subarray(0, 31)),
    bad("x25519", "33 bytes", concat(classic, Uint8Array.of(0))),
    bad("mlkem768x25519", "1215 bytes", hybrid.subarray(0, 1215)),
    bad("mlkem768x25519", "the X25519 part is missing", hybrid.subarray(0, 1184)),
    ...SMALL_ORDER_ED25519.map(([name, point]) => bad("ed25519", `small order: ${name}`, point)),
    ...Array.from({ length: 19 }, (_, y) => bad("ed25519", `not reduced: p + ${y}`, notReduced(y))),
    bad("ed25519", "31 bytes", signing.subarray(0, 31)),
  ];
}
