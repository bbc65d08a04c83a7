/** One sealed value as text: parsing needs no key and opens nothing. Format 1, docs/format-v1.md. */
import { compareBytes, concat, fromBase64url, toBase64url, utf8 } from "../bytes.ts";
import { boundContext, type Context, type Scope } from "./context.ts";
import { KEY_ID_BYTES, type KeyId, keyIdOf } from "./key-id.ts";
import { LABEL } from "./label.ts";
import { MAX_RECIPIENTS, MAX_TOKEN_CHARACTERS, MAX_VALUE_BYTES } from "./limits.ts";
import { PADDING_FLOOR_BYTES, paddedLength, padme } from "./padding.ts";
import { SUITES, type Suite, suiteOf } from "./suite.ts";

/** Every token starts with this. */
export const TOKEN_PREFIX = "lacre1.";
/** The only version there is. */
const VERSION = 0x01;
/** Flag bit 0: an Ed25519 signature ends the token. */
const FLAG_SIGNED = 0x01;

const PREFIX_BYTES = 44;
const CONTEXT_HASH_OFFSET = 12;
const WRAPPED_BYTES = 48;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;

const SCOPE_IDS: Readonly<Record<Scope, number>> = { strict: 0x01, namespace: 0x02, cluster: 0x03 };

/** The data key wrapped to one recipient. */
type Stanza = { readonly keyId: KeyId; readonly enc: Uint8Array; readonly wrapped: Uint8Array };

/** What a token says openly. Byte fields are views into `body`. */
export type Token = {
  readonly suite: Suite;
  readonly scope: Scope;
  /** Unix seconds. */
  readonly sealedAt: bigint;
  readonly contextHash: Uint8Array;
  readonly stanzas: readonly Stanza[];
  /** Set if and only if the token is signed. */
  readonly signature?: { readonly sealerKeyId: KeyId; readonly bytes: Uint8Array };
  readonly commitment: Uint8Array;
  /** NaCl secretbox: 16-byte tag, then the padded frame. */
  readonly box: Uint8Array;
  /** The first 44 bytes. */
  readonly prefix: Uint8Array;
  readonly header: Uint8Array;
  readonly body: Uint8Array;
};

function scopeOf(id: number): Scope | undefined {
  if (id === SCOPE_IDS.strict) return "strict";
  if (id === SCOPE_IDS.namespace) return "namespace";
  if (id === SCOPE_IDS.cluster) return "cluster";
  return undefined;
}

function decodeBody(text: string): Uint8Array | undefined {
  if (text.length > MAX_TOKEN_CHARACTERS || !text.startsWith(TOKEN_PREFIX)) return undefined;
  return fromBase64url(text.slice(TOKEN_PREFIX.length));
}

function readStanzas(body: Uint8Array, count: number, encBytes: number): Stanza[] | undefined {
  const size = KEY_ID_BYTES + encBytes + WRAPPED_BYTES;
  const stanzas: Stanza[] = [];
  for (let i = 0; i < count; i++) {
    const stanza = body.subarray(PREFIX_BYTES + 1 + i * size, PREFIX_BYTES + 1 + (i + 1) * size);
    if (i > 0) {
      const before = body.subarray(PREFIX_BYTES + 1 + (i - 1) * size);
      if (compareBytes(before.subarray(0, KEY_ID_BYTES), stanza.subarray(0, KEY_ID_BYTES)) >= 0) return undefined;
    }
    stanzas.push({
      keyId: keyIdOf(stanza.subarray(0, KEY_ID_BYTES)),
      enc: stanza.subarray(KEY_ID_BYTES, KEY_ID_BYTES + encBytes),
      wrapped: stanza.subarray(KEY_ID_BYTES + encBytes),
    });
  }
  return stanzas;
}

/** The token, or undefined when any rule of its shape is broken. The checks are in the order of format 1. */
export function parseToken(text: string): Token | undefined {
  const body = decodeBody(text);
  if (body === undefined || body.length <= PREFIX_BYTES) return undefined;
  const suite = suiteOf(body[1] as number);
  const scope = scopeOf(body[2] as number);
  const flags = body[3] as number;
  const count = body[PREFIX_BYTES] as number;
  if (body[0] !== VERSION || suite === undefined || scope === undefined || (flags & ~FLAG_SIGNED) !== 0)
    return undefined;
  if (count < 1 || count > MAX_RECIPIENTS) return undefined;

  const signed = (flags & FLAG_SIGNED) !== 0;
  const { encBytes } = SUITES[suite];
  const sealerOffset = PREFIX_BYTES + 1 + count * (KEY_ID_BYTES + encBytes + WRAPPED_BYTES);
  const headerBytes = sealerOffset + (signed ? KEY_ID_BYTES : 0);
  const boxOffset = headerBytes + COMMITMENT_BYTES;
  const end = body.length - (signed ? SIGNATURE_BYTES : 0);
  const padded = end - boxOffset - TAG_BYTES;
  // Padded lengths lie on Padme's grid: a byte more or less is found without any key.
  if (padded < PADDING_FLOOR_BYTES || padded > paddedLength(MAX_VALUE_BYTES) || padme(padded) !== padded)
    return undefined;

  const stanzas = readStanzas(body, count, encBytes);
  if (stanzas === undefined) return undefined;
  return {
    suite,
    scope,
    sealedAt: new DataView(body.buffer, body.byteOffset).getBigUint64(4),
    contextHash: body.subarray(CONTEXT_HASH_OFFSET, PREFIX_BYTES),
    stanzas,
    ...(signed && {
      signature: { sealerKeyId: keyIdOf(body.subarray(sealerOffset, headerBytes)), bytes: body.subarray(end) },
    }),
    commitment: body.subarray(headerBytes, boxOffset),
    box: body.subarray(boxOffset, end),
    prefix: body.subarray(0, PREFIX_BYTES),
    header: body.subarray(0, headerBytes),
    body,
  };
}

/** The text of a token's body. */
export function formatToken(body: Uint8Array): string {
  return TOKEN_PREFIX + toBase64url(body);
}

/** The first 44 bytes: version, suite, scope, flags, time and place. */
export function encodePrefix(parts: {
  readonly suite: Suite;
  readonly scope: Scope;
  readonly signed: boolean;
  readonly sealedAt: bigint;
  readonly contextHash: Uint8Array;
}): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set([VERSION, SUITES[parts.suite].id, SCOPE_IDS[parts.scope], parts.signed ? FLAG_SIGNED : 0]);
  new DataView(prefix.buffer).setBigUint64(4, parts.sealedAt);
  prefix.set(parts.contextHash, CONTEXT_HASH_OFFSET);
  return prefix;
}

/** lp(x) of format 1: the length as 4 bytes, then the bytes. */
function lengthPrefixed(text: string): Uint8Array {
  const bytes = utf8(text);
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, bytes.length);
  out.set(bytes, 4);
  return out;
}

/** SHA-256 of the place that a scope binds, 32 bytes. Public on purpose: CI finds a moved token without any key. */
export function contextHash(sha256: (message: Uint8Array) => Uint8Array, scope: Scope, place: Context): Uint8Array {
  const { namespace, name, key } = boundContext(scope, place);
  return sha256(
    concat(
      lengthPrefixed(`${LABEL}ctx`),
      Uint8Array.of(SCOPE_IDS[scope]),
      lengthPrefixed(namespace),
      lengthPrefixed(name),
      lengthPrefixed(key),
    ),
  );
}

/** When the token was sealed, or undefined for a time that no calendar holds. */
export function sealedAtDate(token: Token): Date | undefined {
  const date = new Date(Number(token.sealedAt) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The bytes that a sealer signs: LABEL "sig" || 0x00 || SHA-256(body without the signature). */
export function signedMessage(sha256: (message: Uint8Array) => Uint8Array, unsignedBody: Uint8Array): Uint8Array {
  return concat(utf8(`${LABEL}sig\0`), sha256(unsignedBody));
}

/** The body of a signed token up to its signature. */
export function unsignedBody(token: Token): Uint8Array {
  return token.signature === undefined ? token.body : token.body.subarray(0, token.body.length - SIGNATURE_BYTES);
}
