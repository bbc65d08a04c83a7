/** What to do about one object: pure. Everything it needs is observed before, everything it says is done after. */
import {
  type Engine,
  type EntryFailure,
  type Keyring,
  type OpenFailure,
  openSecret,
  type PlainSecret,
  parseToken,
  type SealedSecret,
  type Suite,
  sameBytes,
  shortKeyId,
  wipeSecret,
} from "../src/index.ts";
import type { Reason } from "./problem.ts";

/** What the target holds now. isIntact is false where values are right but modes or links are not. */
export type Live = { readonly values: ReadonlyMap<string, Uint8Array>; readonly isIntact: boolean };

/** One object as it was found. */
export type Observed = {
  /** `namespace/name` */
  readonly object: string;
  /** undefined: Git no longer has it. */
  readonly desired: SealedSecret | undefined;
  /** True when we wrote it, or were about to. */
  readonly isOurs: boolean;
  /** True when the target was last made equal to this very desired state: what differs now was done by hand. */
  readonly isApplied: boolean;
  /** undefined: the target has nothing there. */
  readonly live: Live | undefined;
  /** What happens when Git no longer has it. */
  readonly deletion: "Delete" | "Orphan";
};

/** What opening needs. */
export type Means = { readonly engine: Engine; readonly keyring: Keyring; readonly acceptSuites: ReadonlySet<Suite> };

/** Why something is written. */
export type Cause = "created" | "updated" | "corrected" | "adopted";

/** One thing to do. The secret of a write is wiped by who performs it. */
export type Action =
  | { readonly kind: "write"; readonly secret: PlainSecret; readonly cause: Cause }
  /** The target is as it should be: remember that. */
  | { readonly kind: "keep" }
  /** Leave everything as it is, and look again next time. */
  | { readonly kind: "skip" }
  | { readonly kind: "remove" }
  | { readonly kind: "forget" }
  | { readonly kind: "report"; readonly reason: Reason; readonly message: string };

const REASONS: Readonly<Record<OpenFailure, Reason>> = {
  malformed: "MalformedToken",
  "wrong-context": "WrongContext",
  "unknown-key": "UnknownKey",
  "cannot-decrypt": "CannotDecrypt",
};

const SAYS: Readonly<Record<OpenFailure, string>> = {
  malformed: "is not a sound token",
  "wrong-context": "was sealed for another place",
  "unknown-key": "is sealed for a key that is not held",
  "cannot-decrypt": "is damaged or forged",
};

/** The actions for one object: all its entries or none. */
export function decide(observed: Observed, means: Means): readonly Action[] {
  const { desired } = observed;
  if (desired === undefined) return observed.deletion === "Orphan" ? [{ kind: "forget" }] : [{ kind: "remove" }];
  if (desired.policy.suspend) return [{ kind: "skip" }];
  if (observed.live !== undefined && !observed.isOurs && desired.policy.adopt === "Never") {
    return [report("NotOwned", "it was there before and is not ours; remove it, or set spec.adopt: IfUnowned")];
  }
  const unaccepted = [...desired.entries].find(([, text]) => {
    const suite = parseToken(text)?.suite;
    return suite !== undefined && !means.acceptSuites.has(suite);
  });
  if (unaccepted !== undefined) {
    return [report("SuiteNotAccepted", `entry ${unaccepted[0]} is of a suite that --accept-suite does not list`)];
  }
  const opened = openSecret(means.engine, means.keyring, desired);
  if (!opened.ok) return [reportFailures(opened.failures)];
  return decideOpened(observed, desired, opened.secret);
}

function decideOpened(
  { live, isOurs, isApplied }: Observed,
  desired: SealedSecret,
  secret: PlainSecret,
): readonly Action[] {
  if (live === undefined) return [{ kind: "write", secret, cause: isApplied ? "corrected" : "created" }];
  const isEqual = sameValues(live.values, secret.values);
  if (isEqual && live.isIntact) {
    wipeSecret(secret);
    return [{ kind: "keep" }];
  }
  if (isApplied && desired.policy.drift !== "Correct") {
    wipeSecret(secret);
    if (desired.policy.drift === "Ignore") return [{ kind: "keep" }];
    return [report("DriftDetected", "the target differs from Git; driftPolicy Detect leaves it so")];
  }
  return [{ kind: "write", secret, cause: !isOurs ? "adopted" : isApplied ? "corrected" : "updated" }];
}

function report(reason: Reason, message: string): Action {
  return { kind: "report", reason, message };
}

/** Names entries and key ids, nothing else. */
function reportFailures(failures: readonly EntryFailure[]): Action {
  const [first] = failures as [EntryFailure, ...EntryFailure[]];
  const keys = first.reason === "unknown-key" ? ` (${first.keyIds.map(shortKeyId).join(", ")})` : "";
  const others = failures.length === 1 ? "" : `, and ${failures.length - 1} more`;
  return report(
    REASONS[first.reason],
    `entry ${first.key} ${SAYS[first.reason]}${keys}${others}; the last good state stays`,
  );
}

/** True when both hold the same keys with the same bytes. */
export function sameValues(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && sameBytes(value, other);
  });
}
