/** Which objects need a closer look in this pass: pure, and cheap for the many that are as they should be. */
import type { SyncPolicy } from "../../src/model/index.ts";
import type { Listed, SourceIndex } from "../sources/file-source.ts";
import type { Problem } from "./problem.ts";

/** The work of a pass. */
export type Plan = {
  /** Objects that are new, changed, damaged or were never written. */
  readonly due: readonly Listed[];
  /** Objects of ours that Git no longer has. */
  readonly orphans: readonly string[];
  /** Objects of ours that are no longer where they were, and may be in files that became unreadable in the same change. */
  readonly held: readonly string[];
  /** Those files. */
  readonly maybeIn: readonly string[];
  readonly settled: number;
  readonly problems: readonly Problem[];
};

/** What was written of an object. file: where it came from; fingerprint: "" before the first write. */
type Written = {
  readonly file: string;
  readonly digest: string;
  /** undefined: not known, as an earlier version wrote it. */
  readonly policy: SyncPolicy | undefined;
  readonly fingerprint: string;
  /** Files that could not be read when it was no longer in its own. */
  readonly maybeIn?: readonly string[] | undefined;
};

/** What the pass before knew. unreadable: as in an index; undefined where that was not put down. */
type Known = {
  readonly objects: ReadonlyMap<string, Written>;
  readonly unreadable?: ReadonlyMap<string, string> | undefined;
};

/** Compares what is wanted with what was written. stamps: of what is there. */
export function plan(
  index: SourceIndex,
  known: Known,
  stamps: ReadonlyMap<string, string>,
  { allowEmpty }: { readonly allowEmpty: boolean },
): Plan {
  const wanted = [...index.objects.values()].filter(({ object }) => !index.disputed.has(object));
  const due = wanted.filter(({ object, digest, policy }) => {
    const record = known.objects.get(object);
    return (
      record === undefined ||
      record.digest !== digest ||
      !samePolicy(record.policy, policy) ||
      record.fingerprint === "" ||
      stamps.get(object) !== record.fingerprint
    );
  });
  const settled = wanted.length - due.length;
  const gone = goneFrom(index, known);
  if (index.objects.size === 0 && gone.orphans.length > 0 && !allowEmpty) {
    const message = `the source holds no sealed file, and ${gone.orphans.length} objects were written from it before; nothing is removed`;
    const problem: Problem = { subject: "source", reason: "EmptySource", message: `${message} without --allow-empty` };
    return { due, settled, ...gone, orphans: [], problems: [problem] };
  }
  return { due, settled, ...gone };
}

/** What is treated otherwise is looked at, as a hand edit that was let be and is now to be put right. */
function samePolicy(one: SyncPolicy | undefined, other: SyncPolicy): boolean {
  return (
    one !== undefined &&
    one.drift === other.drift &&
    one.adopt === other.adopt &&
    one.deletion === other.deletion &&
    one.suspend === other.suspend
  );
}

/** What Git has no more, and what it may have where nobody can look: that stays, and is told in every pass. */
function goneFrom(index: SourceIndex, known: Known): Pick<Plan, "orphans" | "held" | "maybeIn" | "problems"> {
  const gone = [...known.objects].filter(([object]) => !index.objects.has(object));
  const isHidden = ([, { maybeIn = [] }]: readonly [string, Written]) =>
    maybeIn.some((file) => index.unreadable.has(file));
  const missing = gone.filter((one) => !index.unreadable.has(one[1].file) && !isHidden(one)).map(([object]) => object);
  const fresh = [...index.unreadable].filter(
    ([file, stamp]) => known.unreadable !== undefined && known.unreadable.get(file) !== stamp,
  );
  const maybeIn = fresh.map(([file]) => file);
  const held = maybeIn.length > 0 ? missing : [];
  const hidden = [...gone.filter(isHidden).map(([object]) => object), ...held];
  const message = `${hidden.length} objects, such as ${hidden[0]}, are no longer where they were, and may be in a file that cannot be read: they stay until it can be, or is gone`;
  return {
    orphans: maybeIn.length > 0 ? [] : missing,
    held,
    maybeIn,
    problems: hidden.length === 0 ? [] : [{ subject: "source", reason: "UnreadableFile", message }],
  };
}
