/** Moving tokens to other keys, for who holds the private ones: value, place, scope and time stay, and nothing else is read. */
import { wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { PublicKey } from "../crypto/key.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { openToken } from "../crypto/open-token.ts";
import { sealToken } from "../crypto/seal-token.ts";
import type { Sealer } from "../crypto/signature.ts";
import type { KeyId } from "../model/key-id.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import { parseToken } from "../model/token.ts";
import type { EntryFailure } from "./open.ts";

/** New tokens by key, and every entry that could not be moved. */
export type Resealed = {
  readonly changes: ReadonlyMap<string, string>;
  readonly failures: readonly EntryFailure[];
  /** Entries that were signed by their sealer, and nobody signs the new token: they are left as they are. */
  readonly signed: readonly string[];
  /** Entries that are also sealed for somebody whose newest key is not known: a new token would shut them out. */
  readonly shared: readonly { readonly key: string; readonly keyId: KeyId }[];
};

/** Whom the new tokens are for. */
export type ResealTargets = {
  /** Keys that everything is sealed for. */
  readonly recipients: readonly PublicKey[];
  /** Keys that these replace: a token for any other key is left as it is. Those that are held count too. */
  readonly replaced: ReadonlySet<KeyId>;
};

/** The entries that are sealed for other keys than these, in the manifest's order. Needs no private key. */
export function staleEntries(sealed: SealedSecret, recipients: readonly PublicKey[]): readonly string[] {
  const wanted = recipients
    .map(({ keyId }) => keyId)
    .sort()
    .join();
  return [...sealed.entries]
    .filter(
      ([, text]) =>
        parseToken(text)
          ?.stanzas.map(({ keyId }) => keyId)
          .join() !== wanted,
    )
    .map(([key]) => key);
}

/**
 * Seals the stale entries of an object for other keys, signed by who does it, if given. Those that are not stale keep their
 * token, byte for byte.
 */
export function resealSecret(
  engine: Engine,
  keyring: Keyring,
  sealed: SealedSecret,
  { recipients, replaced }: ResealTargets,
  sealer?: Sealer,
): Resealed {
  const changes = new Map<string, string>();
  const failures: EntryFailure[] = [];
  const signed: string[] = [];
  const shared: { key: string; keyId: KeyId }[] = [];
  const known = new Set<KeyId>([...replaced, ...recipients.map(({ keyId }) => keyId), ...keyring.keyIds()]);
  for (const key of staleEntries(sealed, recipients)) {
    const text = sealed.entries.get(key) as string;
    const place = { namespace: sealed.namespace, name: sealed.name, key };
    const opened = openToken(engine, keyring, text, place);
    if (!opened.ok) {
      const keyIds = parseToken(text)?.stanzas.map(({ keyId }) => keyId) ?? [];
      failures.push({ key, reason: opened.reason, keyIds });
      continue;
    }
    const { value, token } = opened;
    try {
      const other = token.stanzas.find(({ keyId }) => !known.has(keyId));
      if (other !== undefined) shared.push({ key, keyId: other.keyId });
      else if (token.signature !== undefined && sealer === undefined) signed.push(key);
      else {
        const { scope, sealedAt } = token;
        changes.set(key, sealToken(engine, { value, scope, place, recipients, sealedAt, ...(sealer && { sealer }) }));
      }
    } finally {
      wipe(value);
    }
  }
  return { changes, failures, signed, shared };
}
