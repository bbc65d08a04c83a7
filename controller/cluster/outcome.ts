/** What came of an object, in the terms of its status. Pure. */
import { type Means, openedBy, type Slots } from "../decide/decide.ts";
import { countedSlots, raiseMarks } from "../decide/high-water.ts";
import type { Wanted } from "../decide/wanted.ts";
import type { Settlement } from "../settle.ts";
import type { Spec, Tracked } from "../sources/objects.ts";
import type { LiveSecret } from "../targets/kubernetes/live.ts";
import { marksOf, type Outcome } from "./status.ts";

/** The keys that an object has, whatever is wrong with it. */
export function entriesOf(spec: Spec): number {
  return spec.kind === "desired" ? spec.wanted.keys.size : 0;
}

/** For a Secret that is known to be right: told from the status, nothing is opened. */
export function unchangedOutcome({ status }: Tracked, wanted: Wanted, live: LiveSecret): Outcome {
  return {
    kind: "unchanged",
    entries: wanted.keys.size,
    keyIds: status?.keyIds ?? [],
    secret: { uid: live.uid, type: wanted.shape.type },
    marks: marksOf(status),
  };
}

/** For an object that was looked at. */
export function settledOutcome(
  { status, spec }: Tracked,
  wanted: Wanted,
  { settled, warnings }: Settlement<LiveSecret>,
  means: Means & Required<Pick<Means, "rollback">>,
): Outcome {
  if (settled.kind === "refused") return { kind: "problem", ...settled.objection, entries: wanted.keys.size };
  const isLetBe = settled.kind === "kept" && settled.isDifferent;
  const notes = [
    ...notesOnDropped(spec),
    ...warnings.map(({ message }) => message),
    ...(isLetBe ? ["hand edits stay: driftPolicy is Ignore"] : []),
  ];
  return {
    kind: "synced",
    entries: settled.slots.size,
    keyIds: openedBy(settled.slots, means.keyring),
    secret: { uid: settled.stamp.uid, type: wanted.shape.type },
    marks: marksAfter(status, wanted, settled.slots, means),
    isChanged: settled.kind === "written",
    notes,
  };
}

function marksAfter(
  status: Tracked["status"],
  { namespace }: Wanted,
  slots: Slots,
  { engine, signatures, rollback }: Means & Required<Pick<Means, "rollback">>,
) {
  const counted = countedSlots(engine, namespace, slots, signatures);
  return raiseMarks(marksOf(status), counted, { nowSeconds: rollback.nowSeconds, present: slots });
}

function notesOnDropped(spec: Spec): readonly string[] {
  const dropped = spec.kind === "desired" ? spec.dropped : [];
  if (dropped.length === 0) return [];
  return [`not on the allow-list and left out: ${dropped.slice(0, 5).join(", ").slice(0, 300)}`];
}
