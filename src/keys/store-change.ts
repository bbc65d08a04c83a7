/** Changes to a key store: what was decided, done. The only randomness is the engine's. */
import { wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { type PrivateKey, SEED_BYTES } from "../crypto/key.ts";
import { generateKey } from "../crypto/key-import.ts";
import type { Suite } from "../model/suite.ts";
import { rfc3339 } from "../model/time.ts";
import { decideKeys, type KeyAction, type KeyFact } from "./life.ts";
import { type HeldKey, type KeyStore, nextSerial } from "./store.ts";

/** What new keys are like. */
export type NewKeys = { readonly suite: Suite; readonly lifetimeMs: number };

/** How long a key is sealed to, if nothing else is said: 180 days. */
export const KEY_LIFETIME_MS: number = 180 * 86_400_000;

/** A key from now on. */
export function holdNew(privateKey: PrivateKey, state: HeldKey["state"], now: Date, lifetimeMs: number): HeldKey {
  const notAfter = rfc3339(new Date(now.getTime() + lifetimeMs));
  return { publicKey: privateKey.publicKey, privateKey, state, notBefore: rfc3339(now), notAfter };
}

/** The store of a new cluster: an identity, and no key yet. */
export function newStore(engine: Engine, cluster: string, now: Date): KeyStore {
  return { cluster, serial: nextSerial(now, 0), identity: engine.randomBytes(SEED_BYTES), keys: [] };
}

/** What decisions need to know of a store. */
export function factsOf({ keys }: { readonly keys: Iterable<HeldKey> }): readonly KeyFact[] {
  return [...keys].map(({ publicKey, state, notBefore, notAfter }) => ({
    keyId: publicKey.keyId,
    state,
    notBefore,
    notAfter,
  }));
}

/** The same store where there is nothing to do; otherwise one with a higher serial. A key that is destroyed is wiped. */
export function changeStore(
  engine: Engine,
  store: KeyStore,
  actions: readonly KeyAction[],
  now: Date,
  { suite, lifetimeMs }: NewKeys,
): KeyStore {
  if (actions.length === 0) return store;
  let keys = store.keys;
  for (const action of actions) {
    if (action.kind === "make") keys = [...keys, holdNew(generateKey(engine, suite), action.state, now, lifetimeMs)];
    else keys = keys.map((key) => (key.publicKey.keyId === action.keyId ? move(key, action.state, now) : key));
  }
  return { ...store, serial: nextSerial(now, store.serial), keys };
}

/** The store once a backup of it exists: the key that waited for one is active. This is also what the backup says. */
export function asBackedUp(engine: Engine, store: KeyStore, now: Date): KeyStore {
  const pending = store.keys.filter(({ state }) => state === "pending");
  if (pending.length === 0) return store;
  const backedUp = new Set(pending.map(({ publicKey }) => publicKey.keyId));
  const actions = decideKeys(factsOf(store), { generateFirstKey: false, requireBackup: true }, now, { backedUp });
  return changeStore(engine, store, actions, now, { suite: "mlkem768x25519", lifetimeMs: KEY_LIFETIME_MS });
}

function move(key: HeldKey, state: HeldKey["state"], now: Date): HeldKey {
  const { privateKey, ...rest } = key;
  if (state !== "destroyed") {
    // A key that waited is used from now on.
    return { ...key, state, ...(key.state === "pending" && { notBefore: rfc3339(now) }) };
  }
  if (privateKey !== undefined) wipe(privateKey.seed());
  return { ...rest, state };
}
