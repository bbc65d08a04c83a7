/** The status of a SealedSecret: what people, `kubectl wait`, kstatus and Argo CD read. Pure: the old one and an outcome make the new one. */

import { printableName } from "../../src/model/index.ts";
import { READY } from "../../src/model/kubernetes.ts";
import type { Mark, Marks } from "../decide/high-water.ts";
import type { Reason } from "../decide/problem.ts";
import { type Condition, conditionOf, type ObjectStatus } from "../kube/object.ts";

/** A Secret that is as Git says. */
type Synced = {
  readonly entries: number;
  readonly keyIds: readonly string[];
  readonly secret: { readonly uid: string; readonly type: string };
  readonly marks: Marks;
};

/** What came of looking at an object. */
export type Outcome =
  | (Synced & {
      readonly kind: "synced";
      /** True when something was written, or was never told before. */
      readonly isChanged: boolean;
      /** What is worth knowing although all is well. */
      readonly notes: readonly string[];
    })
  /** Known to be as before without a look. */
  | (Synced & { readonly kind: "unchanged" })
  | { readonly kind: "suspended" }
  | { readonly kind: "problem"; readonly reason: Reason; readonly message: string; readonly entries: number };

/** Problems that time may solve: tried again, with growing pauses. All others wait for a change. */
const TRANSIENT: ReadonlySet<Reason> = new Set<Reason>(["WriteFailed", "TargetFailed", "AccessDenied"]);

/** True when trying again may help. */
export function isTransient(reason: Reason): boolean {
  return TRANSIENT.has(reason);
}

/** The marks in a status. */
export function marksOf(status: ObjectStatus | undefined): Marks {
  const marks = new Map<string, Mark>();
  for (const [key, { time, token }] of Object.entries(status?.sealedAt ?? {})) {
    if (Number.isSafeInteger(time) && typeof token === "string") marks.set(key, { time: BigInt(time), token });
  }
  return marks;
}

type Verdict = Pick<Condition, "status" | "reason" | "message">;

const SYNCED = { status: "True", reason: "Synced", message: "the Secret is as Git says" } as const;

function readyOf(outcome: Outcome, before: ObjectStatus | undefined): Verdict {
  switch (outcome.kind) {
    case "synced":
      return { ...SYNCED, message: [SYNCED.message, ...outcome.notes].join("; ") };
    case "unchanged": {
      // What was noted when it was looked at stays noted.
      const ready = conditionOf(before, READY);
      return ready?.reason === SYNCED.reason ? { ...SYNCED, message: ready.message } : SYNCED;
    }
    case "suspended":
      return { status: "Unknown", reason: "Suspended", message: "spec.suspend is true: the Secret is left as it is" };
    case "problem":
      return { status: "False", reason: outcome.reason, message: outcome.message };
  }
}

function verdicts(outcome: Outcome, before: ObjectStatus | undefined): ReadonlyMap<string, Verdict> {
  const ready = readyOf(outcome, before);
  const found = new Map<string, Verdict>([[READY, ready]]);
  if (outcome.kind !== "problem") return found;
  const { reason, message } = outcome;
  if (reason === "DriftDetected") found.set("Drifted", { status: "True", reason, message });
  else if (isTransient(reason)) {
    found.set("Reconciling", { status: "True", reason: "ProgressingWithRetry", message: "it is tried again" });
  } else found.set("Stalled", { status: "True", reason, message });
  return found;
}

/** The status after an outcome. `request`: the annotation that asked for this look, if any. */
export function nextStatus(
  before: ObjectStatus | undefined,
  outcome: Outcome,
  about: { readonly generation: number; readonly now: string; readonly request: string | undefined },
): ObjectStatus {
  const conditions = [...verdicts(outcome, before)].map(([type, { message, ...verdict }]): Condition => {
    const old = conditionOf(before, type);
    const lastTransitionTime = old?.status === verdict.status ? old.lastTransitionTime : about.now;
    return {
      type,
      ...verdict,
      message: printableName(message),
      lastTransitionTime,
      observedGeneration: about.generation,
    };
  });
  const request = about.request ?? before?.lastHandledRequest;
  const common = {
    ...before,
    observedGeneration: about.generation,
    conditions,
    ...(request !== undefined && { lastHandledRequest: request }),
  };
  if (outcome.kind === "suspended") return common;
  if (outcome.kind === "problem") {
    const total = outcome.entries;
    return { ...common, entries: { total, opened: 0, summary: `0/${total}` } };
  }
  const { entries, keyIds, secret, marks } = outcome;
  const isChanged = outcome.kind === "synced" && outcome.isChanged;
  return {
    ...common,
    entries: { total: entries, opened: entries, summary: `${entries}/${entries}` },
    secret,
    key: keyIds.map((keyId) => keyId.slice(0, 8)).join(","),
    keyIds,
    lastSyncedAt: isChanged || before?.lastSyncedAt === undefined ? about.now : before.lastSyncedAt,
    sealedAt: Object.fromEntries([...marks].map(([key, { time, token }]) => [key, { time: Number(time), token }])),
  };
}

/** True when both say the same: then nothing is written. */
export function sameStatus(a: ObjectStatus | undefined, b: ObjectStatus): boolean {
  if (a === undefined || a.observedGeneration !== b.observedGeneration) return false;
  return canonical(a) === canonical(b);
}

/** A merge patch leaves what it does not name: fields that go are named as null. */
export function statusPatch(before: ObjectStatus | undefined, after: ObjectStatus): object {
  const gone = Object.keys(before ?? {}).filter((field) => !(field in after));
  return { ...after, ...Object.fromEntries(gone.map((field) => [field, null])) };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
