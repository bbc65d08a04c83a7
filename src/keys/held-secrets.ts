/** Which of the Secrets in a controller's namespace are its keys, and whether its identity is still the same. Pure. docs/key-secrets.md. */
import { sameBytes } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { KeyId } from "../model/key-id.ts";
import { fingerprintOf, type SignedKeyList } from "./list.ts";
import { factsOfKey, isProven, type KeyProof } from "./proof.ts";
import { furtherState, type HeldKey } from "./store.ts";

/** A Secret that reads as a key. secret: how it is called. proof: one that fits what the Secret says, by whichever identity. */
export type FoundKey = { readonly secret: string; readonly held: HeldKey; readonly proof: KeyProof | undefined };

/** A key that counts. held: with the state that counts, which may be further on than the one its Secret says. */
type ProvenKey = { readonly secret: string; readonly held: HeldKey; readonly isBehind: boolean };

/** What there is: keys that count, and those that nobody vouches for. */
export type JudgedKeys = { readonly proven: readonly ProvenKey[]; readonly unproven: readonly FoundKey[] };

/** The key in a Secret, with its proof where that fits. */
export function foundKey(engine: Engine, secret: string, held: HeldKey, proof: KeyProof | undefined): FoundKey {
  return { secret, held, proof: proof && isProven(engine, factsOfKey(held), proof) ? proof : undefined };
}

function isProvenBy(identity: Uint8Array, { proof }: FoundKey): boolean {
  return proof !== undefined && sameBytes(proof.identity, identity);
}

/** The state of each key in a list; of two for one key the one further on. */
export function statesOf(list: SignedKeyList | undefined): ReadonlyMap<KeyId, SignedKeyList["keys"][number]["state"]> {
  const states = new Map<KeyId, SignedKeyList["keys"][number]["state"]>();
  for (const { publicKey, state } of list?.keys ?? []) {
    states.set(publicKey.keyId, furtherState(states.get(publicKey.keyId) ?? state, state));
  }
  return states;
}

/** A key in the state that counts: of its own and of the one in these the one further on. */
export function withFurtherState(held: HeldKey, states: ReturnType<typeof statesOf>): HeldKey {
  return { ...held, state: furtherState(held.state, states.get(held.publicKey.keyId) ?? held.state) };
}

/** Judges what reads as a key. list: the newest that the identity signed; a key is never in a better state than there. */
export function judgeKeys(
  identity: Uint8Array,
  found: readonly FoundKey[],
  list: SignedKeyList | undefined,
): JudgedKeys {
  const listed = statesOf(list !== undefined && sameBytes(list.identity, identity) ? list : undefined);
  const unproven = found.filter((one) => !isProvenBy(identity, one));
  const proven = found
    .filter((one) => !unproven.includes(one))
    .map(({ secret, held }): ProvenKey => {
      const counting = withFurtherState(held, listed);
      return { secret, held: counting, isBehind: counting.state !== held.state };
    });
  return { proven, unproven };
}

/** What speaks for another identity than the one that is there. undefined: nothing does. Fingerprints. */
export type IdentityDoubt = { readonly found: string | undefined; readonly expected: string };

/**
 * Whether an identity is the one that the keys and the list come from. A proof by the identity itself outweighs the list, which
 * more people may write. identity: undefined where there is none.
 */
export function doubtIdentity(
  engine: Engine,
  identity: Uint8Array | undefined,
  found: readonly FoundKey[],
  list: SignedKeyList | undefined,
  pin: string | undefined,
): IdentityDoubt | undefined {
  const name = identity && fingerprintOf(engine, identity);
  if (pin !== undefined) return name === pin ? undefined : { found: name, expected: pin };
  if (identity !== undefined && found.some((one) => isProvenBy(identity, one))) return undefined;
  const other = found.find(({ proof }) => proof !== undefined)?.proof?.identity ?? list?.identity;
  if (other === undefined || (identity !== undefined && sameBytes(other, identity))) return undefined;
  return { found: name, expected: fingerprintOf(engine, other) };
}
