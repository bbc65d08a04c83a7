/** Moving tokens to other keys, for who holds the private ones: value, place, scope and time stay, and nothing else is read. */
import { wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { PublicKey } from "../crypto/key.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { openParsed } from "../crypto/open-token.ts";
import { sealToken } from "../crypto/seal-token.ts";
import type { Sealer } from "../crypto/signature.ts";
import type { Context } from "../model/context.ts";
import { type Entry, onlySlot } from "../model/entry.ts";
import type { KeyId } from "../model/key-id.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import type { EntryFailure } from "./open.ts";

/** New tokens by key, and every entry that could not be moved. */
export type Resealed = {
  readonly changes: ReadonlyMap<string, string>;
  readonly failures: readonly EntryFailure[];
  /** Entries that were signed by their sealer, and nobody signs the new token: they are left as they are. */
  readonly signed: readonly string[];
  /** Entries that are also sealed for somebody whose newest key is not known: a new token would shut them out. */
  readonly shared: readonly { readonly key: string; readonly keyId: KeyId }[];
  /** Entries of which the value of some environment is sealed for a key that these replace: nobody said which is meant. */
  readonly slotted: readonly string[];
};

/** Whom the new tokens are for. */
export type ResealTargets = {
  /** Keys that everything is sealed for. */
  readonly recipients: readonly PublicKey[];
  /** Keys that these replace: a token for any other key is left as it is. Those that are held count too. */
  readonly replaced: ReadonlySet<KeyId>;
};

/**
 * The entries that are sealed for other keys than these, in the manifest's order; of an entry with values for several environments
 * one has to be for exactly these. Needs no private key.
 */
export function staleEntries({ entries }: SealedSecret, recipients: readonly PublicKey[]): readonly string[] {
  const wanted = recipients
    .map(({ keyId }) => keyId)
    .sort()
    .join();
  return [...entries].filter(([, entry]) => entry.every(({ keyIds }) => keyIds.join() !== wanted)).map(([key]) => key);
}

/** What becomes of one stale entry. */
type Move =
  | { readonly kind: "moved"; readonly token: string }
  | { readonly kind: "failed"; readonly reason: EntryFailure["reason"]; readonly keyIds: readonly KeyId[] }
  | { readonly kind: "shared"; readonly keyId: KeyId }
  | { readonly kind: "signed" | "slotted" | "of-others" };

type Means = {
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly recipients: readonly PublicKey[];
  readonly known: ReadonlySet<KeyId>;
  readonly sealer: Sealer | undefined;
};

function moveEntry({ engine, keyring, recipients, known, sealer }: Means, entry: Entry, place: Context): Move {
  const slot = onlySlot(entry);
  if (slot === undefined) {
    const isForSome = entry.some(({ keyIds }) => keyIds.some((keyId) => known.has(keyId)));
    return { kind: isForSome ? "slotted" : "of-others" };
  }
  const opened = openParsed(engine, keyring, slot.token, place);
  if (!opened.ok) return { kind: "failed", reason: opened.reason, keyIds: slot.keyIds };
  const { value, token } = opened;
  try {
    const other = slot.keyIds.find((keyId) => !known.has(keyId));
    if (other !== undefined) return { kind: "shared", keyId: other };
    if (token.signature !== undefined && sealer === undefined) return { kind: "signed" };
    const { scope, sealedAt } = token;
    const request = { value, scope, place, recipients, sealedAt, ...(sealer && { sealer }) };
    return { kind: "moved", token: sealToken(engine, request) };
  } finally {
    wipe(value);
  }
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
  const known = new Set<KeyId>([...replaced, ...recipients.map(({ keyId }) => keyId), ...keyring.keyIds()]);
  const means = { engine, keyring, recipients, known, sealer };
  const { namespace, name, entries } = sealed;
  const moves = staleEntries(sealed, recipients).map((key) => ({
    key,
    move: moveEntry(means, entries.get(key) as Entry, { namespace, name, key }),
  }));
  const keysOf = (kind: Move["kind"]) => moves.flatMap(({ key, move }) => (move.kind === kind ? [key] : []));
  return {
    changes: new Map(moves.flatMap(({ key, move }) => (move.kind === "moved" ? [[key, move.token] as const] : []))),
    failures: moves.flatMap(({ key, move }) =>
      move.kind === "failed" ? [{ key, reason: move.reason, keyIds: move.keyIds }] : [],
    ),
    signed: keysOf("signed"),
    shared: moves.flatMap(({ key, move }) => (move.kind === "shared" ? [{ key, keyId: move.keyId }] : [])),
    slotted: keysOf("slotted"),
  };
}
