/** One value into one token. Needs public keys only. */
import { compareBytes, concat, utf8, wipe } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { type Context, parseContext, type Scope } from "../model/context.ts";
import { LABEL } from "../model/label.ts";
import { MAX_RECIPIENTS, MAX_VALUE_BYTES } from "../model/limits.ts";
import { contextHash, encodePrefix, formatToken, signedMessage } from "../model/token.ts";
import { assertEngine, type Engine } from "./engine.ts";
import { hpkeSeal } from "./hpke.ts";
import type { PublicKey } from "./key.ts";
import { keyIdBytes } from "./key-id-bytes.ts";
import { DATA_KEY_BYTES, sealPayload } from "./payload.ts";
import type { Sealer } from "./signature.ts";

const WRAP_INFO = utf8(`${LABEL}wrap\0`);

/** What to seal, where it will live and who can open it. */
export type SealRequest = {
  readonly value: Uint8Array;
  readonly scope: Scope;
  readonly place: Context;
  /** 1 to 8 keys of one suite. */
  readonly recipients: readonly PublicKey[];
  /** Unix seconds. */
  readonly sealedAt: bigint;
  /** Signs the token, if given. */
  readonly sealer?: Sealer;
};

/** `info` of a stanza's HPKE: it binds the wrapped key to the prefix and to the recipient. */
export function wrapInfo(prefix: Uint8Array, keyId: Uint8Array): Uint8Array {
  return concat(WRAP_INFO, prefix, keyId);
}

/** Distinct recipients in ascending order of key id, or NO_PUBLIC_KEY or KEY_INVALID. */
function orderRecipients(recipients: readonly PublicKey[]): readonly PublicKey[] {
  const distinct = [...new Map(recipients.map((key) => [key.keyId, key])).values()];
  const first = distinct[0];
  if (first === undefined)
    throw new LacreError("NO_PUBLIC_KEY", "nobody to seal to: no public key was given", {
      hint: "give the public key of who will open it",
    });
  if (distinct.length > MAX_RECIPIENTS) {
    throw new LacreError("KEY_INVALID", `a token has at most ${MAX_RECIPIENTS} recipients`, {
      hint: "seal the value twice, for fewer keys each",
    });
  }
  if (distinct.some((key) => key.suite !== first.suite)) {
    throw new LacreError("KEY_INVALID", "the public keys are of different suites", {
      hint: "one token has one suite: ask for keys of the same kind, or seal the value once per kind",
    });
  }
  return distinct.sort((a, b) => compareBytes(keyIdBytes(a.keyId), keyIdBytes(b.keyId)));
}

/** The token's text. Throws VALUE_TOO_LARGE, NAMESPACE_MISSING, NAME_INVALID, NO_PUBLIC_KEY or KEY_INVALID. */
export function sealToken(engine: Engine, request: SealRequest): string {
  assertEngine(engine);
  if (request.value.length > MAX_VALUE_BYTES) {
    throw new LacreError("VALUE_TOO_LARGE", `the value of ${request.place.key} is over 512 KiB`, {
      hint: "keep large files elsewhere and seal the key that protects them",
    });
  }
  const place = parseContext(request.scope, request.place);
  const recipients = orderRecipients(request.recipients);
  const prefix = encodePrefix({
    suite: (recipients[0] as PublicKey).suite,
    scope: request.scope,
    signed: request.sealer !== undefined,
    sealedAt: request.sealedAt,
    contextHash: contextHash(engine.sha256, request.scope, place),
  });
  const dataKey = engine.randomBytes(DATA_KEY_BYTES);
  try {
    const stanzas = recipients.map((recipient) => {
      const keyId = keyIdBytes(recipient.keyId);
      const { enc, ciphertext } = hpkeSeal(engine, recipient, wrapInfo(prefix, keyId), dataKey);
      return concat(keyId, enc, ciphertext);
    });
    const sealerKeyId = request.sealer === undefined ? [] : [keyIdBytes(request.sealer.keyId)];
    const header = concat(prefix, Uint8Array.of(recipients.length), ...stanzas, ...sealerKeyId);
    const body = concat(header, sealPayload(engine, dataKey, header, request.value));
    if (request.sealer === undefined) return formatToken(body);
    return formatToken(concat(body, request.sealer.sign(signedMessage(engine.sha256, body))));
  } finally {
    wipe(dataKey);
  }
}
