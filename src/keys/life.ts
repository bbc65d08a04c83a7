/** The life of a cluster's keys: pure. What is there and what was asked for go in, what to do comes out. docs/keys.md. */
import type { KeyId } from "../model/key-id.ts";
import type { HeldState } from "./store.ts";

/** What is known of one key. Times are RFC 3339. */
export type KeyFact = {
  readonly keyId: KeyId;
  readonly state: HeldState;
  readonly notBefore: string;
  readonly notAfter: string;
};

/** How keys are to be kept. */
export type KeyPolicy = {
  /** False for a cluster that is being restored: a stray key would be sealed to. */
  readonly generateFirstKey: boolean;
  /** A new key is used only once its backup exists. */
  readonly requireBackup: boolean;
};

/** What somebody asked for since the last look. */
export type KeyRequests = {
  readonly rotate?: boolean;
  /** The keys whose backup is known to be kept elsewhere. */
  readonly backedUp?: ReadonlySet<KeyId>;
};

/** One thing to do, in order. */
export type KeyAction =
  | { readonly kind: "make"; readonly state: "active" | "pending" }
  | { readonly kind: "set"; readonly keyId: KeyId; readonly state: HeldState };

/** The actions that make the keys what they should be; none when they are. Doing them and asking again gives none. */
export function decideKeys(
  keys: readonly KeyFact[],
  policy: KeyPolicy,
  now: Date,
  requests: KeyRequests = {},
): readonly KeyAction[] {
  const active = newestFirst(keys.filter(({ state }) => state === "active"));
  const pending = newestFirst(keys.filter(({ state }) => state === "pending"));
  const ripe = pending.find(({ keyId }) => !policy.requireBackup || requests.backedUp?.has(keyId));
  if (ripe !== undefined) return [set(ripe, "active"), ...active.map((key) => set(key, "decrypt-only"))];
  const isDue = requests.rotate === true || active.every(({ notAfter }) => new Date(notAfter) <= now);
  if (!isDue || pending.length > 0) return active.slice(1).map((key) => set(key, "decrypt-only"));
  if (keys.length === 0 && !policy.generateFirstKey) return [];
  if (policy.requireBackup) return [{ kind: "make", state: "pending" }];
  return [{ kind: "make", state: "active" }, ...active.map((key) => set(key, "decrypt-only"))];
}

function set({ keyId }: KeyFact, state: HeldState): KeyAction {
  return { kind: "set", keyId, state };
}

function newestFirst(keys: readonly KeyFact[]): readonly KeyFact[] {
  // Of two that are equally old the later one wins, as in a list.
  return [...keys].reverse().sort((a, b) => (a.notBefore === b.notBefore ? 0 : a.notBefore < b.notBefore ? 1 : -1));
}

/** So many new keys an hour, at most: whoever may ask for rotation cannot fill the list. */
const MAX_NEW_KEYS_PER_HOUR = 3;
const HOUR_MS = 3_600_000;

/** When a further key may be made, if that is not now. */
export function rotationLimit(keys: readonly KeyFact[], now: Date): Date | undefined {
  const recent = keys
    .map(({ notBefore }) => new Date(notBefore).getTime() + HOUR_MS)
    .filter((until) => until > now.getTime())
    .sort((a, b) => b - a);
  const until = recent[MAX_NEW_KEYS_PER_HOUR - 1];
  return until === undefined ? undefined : new Date(until);
}

/** What somebody orders about one key. */
export type KeyOrder =
  | { readonly kind: "compromised"; readonly keyId: KeyId }
  /** force: although entries still need it, or it is active. */
  | { readonly kind: "destroy"; readonly keyId: KeyId; readonly force: boolean };

/** What is to be done about an order, or why it is refused. */
export type KeyVerdict =
  | { readonly ok: true; readonly actions: readonly KeyAction[] }
  | { readonly ok: false; readonly problem: "unknown" | "active" | "in-use" | "destroyed" };

/** Judges an order. entries: how many are known to need the key. An order that is met already has no actions. */
export function judgeOrder(keys: readonly KeyFact[], order: KeyOrder, entries: number): KeyVerdict {
  const key = keys.find(({ keyId }) => keyId === order.keyId);
  if (key === undefined) return { ok: false, problem: "unknown" };
  if (order.kind === "compromised") {
    if (key.state === "destroyed") return { ok: false, problem: "destroyed" };
    return { ok: true, actions: key.state === "compromised" ? [] : [set(key, "compromised")] };
  }
  if (key.state === "destroyed") return { ok: true, actions: [] };
  if (!order.force && (key.state === "active" || key.state === "pending")) return { ok: false, problem: "active" };
  if (!order.force && entries > 0) return { ok: false, problem: "in-use" };
  return { ok: true, actions: [set(key, "destroyed")] };
}
