/** Encodings of X25519 and Ed25519 that have been used against others. */
function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** Every canonical u of low order on Curve25519 and its twist, and the two that reduce to 0 and 1 (RFC 7748, section 6.1; cr.yp.to/ecdh.html). */
export const LOW_ORDER_X25519: readonly (readonly [string, Uint8Array])[] = [
  ["0", bytes("00".repeat(32))],
  ["1", bytes(`01${"00".repeat(31)}`)],
  ["order 8", bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")],
  ["order 8 of the twist", bytes("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")],
  ["p - 1", bytes(`ec${"ff".repeat(30)}7f`)],
  ["p", bytes(`ed${"ff".repeat(30)}7f`)],
  ["p + 1", bytes(`ee${"ff".repeat(30)}7f`)],
];

/** The eight points of small order on edwards25519, and the other ways to write them (Chalkias, Garillot, Nikolaenko 2020, table 1). */
export const SMALL_ORDER_ED25519: readonly (readonly [string, Uint8Array])[] = [
  ["order 1", bytes(`01${"00".repeat(31)}`)],
  ["order 2", bytes(`ec${"ff".repeat(30)}7f`)],
  ["order 4", bytes("00".repeat(32))],
  ["order 4, the other sign", bytes(`${"00".repeat(31)}80`)],
  ["order 8, a", bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")],
  ["order 8, b", bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")],
  ["order 8, c", bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")],
  ["order 8, d", bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")],
  ["order 1, x = 0 with a sign", bytes(`01${"00".repeat(30)}80`)],
  ["order 2, x = 0 with a sign", bytes(`ec${"ff".repeat(30)}ff`)],
  ["order 4, y = p", bytes(`ed${"ff".repeat(30)}7f`)],
  ["order 4, y = p, the other sign", bytes(`ed${"ff".repeat(30)}ff`)],
  ["order 1, y = p + 1", bytes(`ee${"ff".repeat(30)}7f`)],
  ["order 1, y = p + 1 with a sign", bytes(`ee${"ff".repeat(30)}ff`)],
];
