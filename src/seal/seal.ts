/** A Secret into a SealedSecret. Needs public keys only. */
import type { Engine } from "../crypto/engine.ts";
import type { PublicKey } from "../crypto/key.ts";
import { sealToken } from "../crypto/seal-token.ts";
import type { Sealer } from "../crypto/signature.ts";
import { LacreError } from "../errors.ts";
import type { Context, Scope } from "../model/context.ts";
import { type Entry, entryOf } from "../model/entry.ts";
import { checkExcess, DEFAULT_POLICY, isTrackingKey, objectName, type SealedSecret } from "../model/sealed-secret.ts";
import { checkSizes, type PlainSecret } from "../model/secret.ts";

/** For whom, how widely and when. */
export type SealOptions = {
  readonly recipients: readonly PublicKey[];
  readonly scope: Scope;
  /** Unix seconds. */
  readonly sealedAt: bigint;
  /** Signs the tokens, if given. */
  readonly sealer?: Sealer;
  /** A token that is known to hold this very value already: it is kept, so that a diff shows what changed. */
  readonly reuse?: (place: Context, value: Uint8Array) => string | undefined;
};

function split(map: ReadonlyMap<string, string>): {
  readonly own: Map<string, string>;
  readonly passed: Map<string, string>;
} {
  const own = new Map<string, string>();
  const passed = new Map<string, string>();
  for (const [key, value] of map) (isTrackingKey(key) ? own : passed).set(key, value);
  return { own, passed };
}

/** The SealedSecret of a Secret. Tracking labels of deployment tools stay on the SealedSecret, the rest goes to the Secret. */
export function sealSecret(engine: Engine, secret: PlainSecret, options: SealOptions): SealedSecret {
  if (secret.values.size === 0) {
    throw new LacreError("SECRET_EMPTY", `Secret ${objectName(secret)} has no data`, {
      hint: "give it data or stringData; nothing was written",
    });
  }
  checkSizes(secret);
  const labels = split(secret.shape.labels);
  const annotations = split(secret.shape.annotations);
  const frame = {
    namespace: secret.namespace,
    name: secret.name,
    labels: labels.own,
    annotations: annotations.own,
    shape: { ...secret.shape, labels: labels.passed, annotations: annotations.passed },
    policy: DEFAULT_POLICY,
  };
  // Before anything is sealed: sealing thousands of entries takes long, and would be for nothing.
  checkExcess({ ...frame, entries: new Map([...secret.values.keys()].map((key) => [key, entryOf("")])) });
  const entries = new Map<string, Entry>();
  for (const [key, value] of secret.values) {
    const place = { namespace: secret.namespace, name: secret.name, key };
    const kept = options.reuse?.(place, value);
    entries.set(key, entryOf(kept ?? sealToken(engine, { ...options, value, place })));
  }
  return { ...frame, entries };
}
