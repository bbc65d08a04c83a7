/** What differs between a SealedSecret in Git and the one in the cluster. Tokens are compared, values are never known. Pure. */
import { type Entry, slotName, slotsOf } from "../model/entry.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";

/** + only in Git, - only in the cluster, ~ in both and not the same. */
type Sign = "+" | "-" | "~";

/** One difference. what: `entry KEY`, `entry KEY (ENVIRONMENT)`, or a field of the spec. */
export type Difference = { readonly sign: Sign; readonly what: string };

function signOf(mine: unknown, theirs: unknown): Sign | undefined {
  if (mine === theirs) return undefined;
  return mine === undefined ? "-" : theirs === undefined ? "+" : "~";
}

function differences(
  prefix: string,
  mine: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...mine.keys(), ...theirs.keys()])].sort().flatMap((key) => {
    const sign = signOf(mine.get(key), theirs.get(key));
    return sign === undefined ? [] : [{ sign, what: `${prefix} ${key}` }];
  });
}

function textsOf(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, string> {
  return new Map(slotsOf(entries).map((one) => [slotName(one), one.slot.text]));
}

/** Everything that differs, in a fixed order: entries, then what the Secret looks like, then how it is kept. */
export function sealedDifferences(git: SealedSecret, live: SealedSecret): readonly Difference[] {
  const fields: readonly (readonly [string, unknown, unknown])[] = [
    ["type", git.shape.type, live.shape.type],
    ["immutable", git.shape.immutable, live.shape.immutable],
    ["driftPolicy", git.policy.drift, live.policy.drift],
    ["adopt", git.policy.adopt, live.policy.adopt],
    ["deletionPolicy", git.policy.deletion, live.policy.deletion],
    ["suspend", git.policy.suspend, live.policy.suspend],
  ];
  return [
    ...differences("entry", textsOf(git.entries), textsOf(live.entries)),
    ...differences("label", git.shape.labels, live.shape.labels),
    ...differences("annotation", git.shape.annotations, live.shape.annotations),
    ...fields.flatMap(([what, mine, theirs]): readonly Difference[] => (mine === theirs ? [] : [{ sign: "~", what }])),
  ];
}
