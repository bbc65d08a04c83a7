/** Which objects need a closer look in this pass: pure, and cheap for the many that are as they should be. */
import type { Desired, SourceIndex } from "../sources/index-source.ts";
import type { Glance } from "../targets/target.ts";
import type { Problem } from "./problem.ts";

/** The work of a pass. */
export type Plan = {
  /** Objects that are new, changed, damaged or were never written. */
  readonly due: readonly Desired[];
  /** Objects of ours that Git no longer has. */
  readonly orphans: readonly string[];
  readonly settled: number;
  readonly problems: readonly Problem[];
};

/** What was written of an object. file: where it came from; fingerprint: "" before the first write. */
type Written = { readonly file: string; readonly digest: string; readonly fingerprint: string };

/** Compares what is wanted with what was written. `glance` looks at one object without reading a value. */
export function plan(
  index: SourceIndex,
  inventory: { readonly objects: ReadonlyMap<string, Written> },
  glance: (object: string) => Glance,
  allowEmpty: boolean,
): Plan {
  const wanted = [...index.objects.values()].filter(({ object }) => !index.disputed.has(object));
  const due = wanted.filter(({ object, digest }) => {
    const record = inventory.objects.get(object);
    return (
      record === undefined ||
      record.digest !== digest ||
      record.fingerprint === "" ||
      glance(object) !== record.fingerprint
    );
  });
  const orphans = [...inventory.objects]
    .filter(([object, record]) => !index.objects.has(object) && !index.unreadable.has(record.file))
    .map(([object]) => object);
  const settled = wanted.length - due.length;
  if (index.objects.size === 0 && orphans.length > 0 && !allowEmpty) {
    const message = `the source holds no sealed file, and ${orphans.length} objects were written from it before; nothing is removed`;
    return {
      due,
      orphans: [],
      settled,
      problems: [{ subject: "source", reason: "EmptySource", message: `${message} without --allow-empty` }],
    };
  }
  return { due, orphans, settled, problems: [] };
}
