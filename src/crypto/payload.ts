/** The encrypted part of a token: the data key's children, the padded frame and its box. */
import nacl from "tweetnacl";
import { concat, secretBytes, u32be, utf8, wipe } from "../bytes.ts";
import { LABEL } from "../model/label.ts";
import { MAX_VALUE_BYTES } from "../model/limits.ts";
import { paddedLength } from "../model/padding.ts";
import type { Engine } from "./engine.ts";
import { hkdfExpand, hkdfExtract } from "./hkdf.ts";

/** The length of the data key, in bytes. It is fresh for every token. */
export const DATA_KEY_BYTES = 32;

const PAYLOAD_INFO = utf8(`${LABEL}payload`);
const OKM_BYTES = 88;

/** Key, nonce and commitment, all bound to the whole header. */
function derive(engine: Engine, dataKey: Uint8Array, header: Uint8Array) {
  const extracted = hkdfExtract(engine, engine.sha256(header), dataKey);
  const okm = hkdfExpand(engine, extracted, PAYLOAD_INFO, OKM_BYTES);
  wipe(extracted);
  return { okm, key: okm.subarray(0, 32), nonce: okm.subarray(32, 56), commitment: okm.subarray(56, OKM_BYTES) };
}

function frame(value: Uint8Array): Uint8Array {
  const framed = new Uint8Array(paddedLength(value.length));
  framed.set(u32be(value.length));
  framed.set(value, 4);
  return framed;
}

/** The value in a frame, or undefined for a length that lies, padding that is not zero or not canonical. */
function unframe(framed: Uint8Array): Uint8Array | undefined {
  const length = new DataView(framed.buffer, framed.byteOffset).getUint32(0);
  if (length > framed.length - 4 || length > MAX_VALUE_BYTES) return undefined;
  let padding = 0;
  for (const byte of framed.subarray(4 + length)) padding |= byte;
  if (padding !== 0 || framed.length !== paddedLength(length)) return undefined;
  const value = secretBytes(length);
  value.set(framed.subarray(4, 4 + length));
  return value;
}

/** commitment (32 bytes) || box (16 + padded length). */
export function sealPayload(engine: Engine, dataKey: Uint8Array, header: Uint8Array, value: Uint8Array): Uint8Array {
  const { okm, key, nonce, commitment } = derive(engine, dataKey, header);
  const framed = frame(value);
  try {
    return concat(commitment, nacl.secretbox(framed, nonce, key));
  } finally {
    wipe(okm, framed);
  }
}

/** The value, or undefined. The commitment is compared in constant time before the box is touched. */
export function openPayload(
  engine: Engine,
  dataKey: Uint8Array,
  sealed: { readonly header: Uint8Array; readonly commitment: Uint8Array; readonly box: Uint8Array },
): Uint8Array | undefined {
  const { okm, key, nonce, commitment } = derive(engine, dataKey, sealed.header);
  let framed: Uint8Array | null = null;
  try {
    if (!nacl.verify(commitment, sealed.commitment)) return undefined;
    framed = nacl.secretbox.open(sealed.box, nonce, key);
    return framed === null ? undefined : unframe(framed);
  } finally {
    wipe(okm, framed ?? undefined);
  }
}
