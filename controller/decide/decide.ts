/** What to do about one object: pure. Everything it needs is observed before, everything it says is done after. */
import type { Engine, Keyring } from "../../src/crypto/index.ts";
import { type SealerPolicy, signatureProblem } from "../../src/keys/index.ts";
import {
  type KeyId,
  MAX_SECRET_BYTES,
  type PlainSecret,
  type Scope,
  type SealedSecret,
  type Slot,
  type Suite,
  type SyncPolicy,
  shortKeyId,
  wipeSecret,
} from "../../src/model/index.ts";
import { type EntryFailure, openSlots, pickSlots } from "../../src/seal/index.ts";
import { judgeAge, type Marks, type RollbackPolicy } from "./high-water.ts";
import type { Objection, Reason } from "./problem.ts";
import { sameValues } from "./values.ts";

/** What the target holds now. isIntact is false where values are right but modes or links are not. */
type Live = { readonly values: ReadonlyMap<string, Uint8Array>; readonly isIntact: boolean };

/** One object as it was found. */
export type Observed = {
  readonly desired: SealedSecret;
  /** True when we wrote it, or were about to. */
  readonly isOurs: boolean;
  /** True when the target was last made equal to this very desired state: what differs now was done by hand. */
  readonly isApplied: boolean;
  /** undefined: the target has nothing there. */
  readonly live: Live | undefined;
  /** What the target itself says against writing, whatever the values are. */
  readonly objection?: Objection | undefined;
  /** Why what is there cannot be changed; being equal is fine. */
  readonly frozen?: Objection | undefined;
  /** The newest tokens that were ever applied. */
  readonly marks?: Marks;
};

/** What opening needs, and what is accepted. */
export type Means = {
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly acceptSuites: ReadonlySet<Suite>;
  readonly acceptScopes: ReadonlySet<Scope>;
  /** Keys that are known, and open nothing any more: compromised or destroyed. */
  readonly retiredKeys?: ReadonlySet<KeyId>;
  /** Whose signatures count, and where they are asked for. */
  readonly signatures?: SealerPolicy | undefined;
  /** Where tokens are compared with older ones. nowSeconds: Unix time. */
  readonly rollback?: { readonly policy: RollbackPolicy; readonly nowSeconds: bigint };
};

/** Why something is written. */
export type Cause = "created" | "updated" | "corrected" | "adopted";

/** The value of each key that counts here. */
export type Slots = ReadonlyMap<string, Slot>;

/** One thing to do. The secret of a write is wiped by who performs it. slots: what was opened. */
export type Action =
  | { readonly kind: "write"; readonly secret: PlainSecret; readonly slots: Slots; readonly cause: Cause }
  /** The target is as it should be, or different by a hand that is let be: remember that. */
  | { readonly kind: "keep"; readonly slots: Slots; readonly isDifferent: boolean }
  /** Said beside what is done. */
  | { readonly kind: "warn"; readonly reason: Reason; readonly message: string }
  | { readonly kind: "report"; readonly reason: Reason; readonly message: string };

const REASONS: Readonly<Record<EntryFailure["reason"], Reason>> = {
  malformed: "MalformedToken",
  "wrong-context": "WrongContext",
  "unknown-key": "UnknownKey",
  "cannot-decrypt": "CannotDecrypt",
  ambiguous: "AmbiguousEntry",
};

const SAYS: Readonly<Record<EntryFailure["reason"], string>> = {
  malformed: "is not a sound token",
  "wrong-context": "was sealed for another place",
  "unknown-key": "is sealed for a key that is not held",
  "cannot-decrypt": "is damaged or forged",
  ambiguous: "has several environments that this controller can open; keep one",
};

/** The actions for one object: all its entries or none. */
export function decide(observed: Observed, means: Means): readonly Action[] {
  const { desired } = observed;
  if (observed.objection !== undefined) return [{ kind: "report", ...observed.objection }];
  if (observed.live !== undefined && !observed.isOurs && desired.policy.adopt === "Never") {
    return [report("NotOwned", "it was there before and is not ours; remove it")];
  }
  return decideEntries(observed, desired, means);
}

/** The keys that opened these slots, each once. */
export function openedBy(slots: Slots, keyring: Keyring): readonly KeyId[] {
  const ids = [...slots.values()].map(({ keyIds }) => keyIds.find((keyId) => keyring.find(keyId) !== undefined));
  return [...new Set(ids.filter((keyId) => keyId !== undefined))].sort();
}

/** What becomes of an object that Git no longer has. What was taken over whole stays, as it was there before. */
export function decideGone(
  { deletion }: Pick<SyncPolicy, "deletion">,
  adopted: "IfUnowned" | "Merge" | undefined,
): SyncPolicy["deletion"] {
  return adopted === "IfUnowned" ? "Orphan" : deletion;
}

/** What the entries themselves say: which of them counts, whether it may be opened, and what comes of it. */
function decideEntries(observed: Observed, desired: SealedSecret, means: Means): readonly Action[] {
  const { slots, ambiguous } = pickSlots(means.engine, means.keyring, desired);
  if (ambiguous[0] !== undefined) return [report(REASONS.ambiguous, `entry ${ambiguous[0]} ${SAYS.ambiguous}`)];
  const refusal = refuse(slots, means);
  if (refusal !== undefined) return [refusal];
  const seals = judgeSeals(desired.namespace, slots, means);
  if (seals?.kind === "report") return [seals];
  const age = means.rollback && judgeAge(slots, observed.marks ?? new Map(), means.rollback);
  if (age?.kind === "report") return [age];
  const opened = openSlots(means.engine, means.keyring, desired, slots);
  if (!opened.ok) return [reportFailures(opened.failures, means)];
  const decided = decideOpened(observed, desired, opened.secret, slots);
  return [seals, age].filter((warning) => warning !== undefined).concat(decided);
}

const SEAL_SAYS = {
  unsigned: "is signed by nobody",
  untrusted: "is signed by somebody who is not a sealer of this namespace",
  invalid: "has a signature that does not fit: it was changed after it was signed",
} as const;

/** Signatures, where the namespace asks for them: one that is not good is told, or refused. */
function judgeSeals(namespace: string, slots: Slots, { engine, signatures }: Means): Action | undefined {
  if (signatures === undefined) return undefined;
  for (const [key, { token }] of slots) {
    const problem = token && signatureProblem(engine, token, namespace, signatures);
    if (problem === undefined) continue;
    const reason = problem.verdict === "unsigned" ? "SignatureMissing" : "SignatureNotTrusted";
    const message = `entry ${key} ${SEAL_SAYS[problem.verdict]}`;
    if (problem.policy === "warn") return { kind: "warn", reason, message: `${message} (policy warn)` };
    return report(reason, `${message}; seal it anew with --sign-with; the last good state stays`);
  }
  return undefined;
}

/** Tokens that could be opened and must not be. */
function refuse(slots: Slots, means: Means): Action | undefined {
  for (const [key, { token }] of slots) {
    if (token === undefined) continue;
    if (!means.acceptSuites.has(token.suite)) {
      return report("SuiteNotAccepted", `entry ${key} is of a suite that --accept-suite does not list`);
    }
    if (!means.acceptScopes.has(token.scope)) {
      const what = `entry ${key} has the scope ${token.scope}, which --accept-scope does not list`;
      const wayOut = `seal it anew with --scope strict, or start the controller with --accept-scope ${token.scope}`;
      return report("ScopeNotAccepted", `${what}; ${wayOut}; the last good state stays`);
    }
  }
  return undefined;
}

function decideOpened(
  { live, isOurs, isApplied, frozen }: Observed,
  desired: SealedSecret,
  secret: PlainSecret,
  slots: Slots,
): readonly Action[] {
  if (totalBytes(secret) > MAX_SECRET_BYTES) {
    wipeSecret(secret);
    return [report("TooLarge", "the values are over 768 KiB together; split the Secret into several")];
  }
  if (live === undefined) return [{ kind: "write", secret, slots, cause: isApplied ? "corrected" : "created" }];
  if (sameValues(live.values, secret.values) && live.isIntact) {
    wipeSecret(secret);
    return [{ kind: "keep", slots, isDifferent: false }];
  }
  if (isApplied && desired.policy.drift !== "Correct") {
    wipeSecret(secret);
    if (desired.policy.drift === "Ignore") return [{ kind: "keep", slots, isDifferent: true }];
    return [report("DriftDetected", "the target differs from Git; driftPolicy Detect leaves it so")];
  }
  if (frozen !== undefined) {
    wipeSecret(secret);
    return [{ kind: "report", ...frozen }];
  }
  return [{ kind: "write", secret, slots, cause: !isOurs ? "adopted" : isApplied ? "corrected" : "updated" }];
}

function totalBytes({ values }: PlainSecret): number {
  return [...values.values()].reduce((sum, { length }) => sum + length, 0);
}

function report(reason: Reason, message: string): Action {
  return { kind: "report", reason, message };
}

/** Names entries and key ids, nothing else. */
function reportFailures(failures: readonly EntryFailure[], { keyring, retiredKeys }: Means): Action {
  const [first] = failures as [EntryFailure, ...EntryFailure[]];
  const others = failures.length === 1 ? "" : `, and ${failures.length - 1} more`;
  const stays = "the last good state stays";
  if (first.reason !== "unknown-key") {
    return report(REASONS[first.reason], `entry ${first.key} ${SAYS[first.reason]}${others}; ${stays}`);
  }
  const wanted = first.keyIds.map(shortKeyId).join(", ");
  if (first.keyIds.some((keyId) => retiredKeys?.has(keyId))) {
    const message = `entry ${first.key} is sealed for a key that is retired (${wanted})${others}; seal it anew; ${stays}`;
    return report("KeyRetired", message);
  }
  const held = keyring.keyIds().map(shortKeyId);
  const have =
    held.length === 0 ? "no key is held" : `held: ${held.slice(0, 5).join(", ")}${held.length > 5 ? ", ..." : ""}`;
  return report(
    "UnknownKey",
    `entry ${first.key} is sealed for a key that is not held (${wanted}; ${have})${others}; ${stays}`,
  );
}
