/** One object made as it is wanted: look at the target, decide, do. The same for every source, every target and both ways to run. */
import { wipe } from "../src/bytes.ts";
import { type PlainSecret, type SealedSecret, wipeSecret } from "../src/model/index.ts";
import { type Action, type Cause, decide, type Means, type Slots } from "./decide/decide.ts";
import type { Marks } from "./decide/high-water.ts";
import type { Objection } from "./decide/problem.ts";
import type { Wanted } from "./decide/wanted.ts";
import type { Adoption } from "./targets/consent.ts";
import type { Found, Holding, Performed, Target } from "./targets/target.ts";

/** What is to be settled, and what is known of it. */
export type Order = {
  readonly wanted: Wanted;
  readonly sealed: SealedSecret;
  /** undefined: it is not known to be ours. */
  readonly holding: Holding | undefined;
  /** True when what differs now was done by hand, because this very object was applied before. */
  readonly isApplied: boolean;
  /** The newest tokens that were ever applied. */
  readonly marks?: Marks;
  /** Told before something is written: what is put down then survives a kill. Throws to keep it from being written. */
  readonly claim?: (cause: Cause, adopted: Adoption | undefined) => void;
};

/** What came of it. slots: what was opened; stamp: what is there now. */
export type Settled<S> =
  | {
      readonly kind: "written";
      readonly cause: Cause;
      readonly adopted: Adoption | undefined;
      readonly slots: Slots;
      readonly stamp: S;
    }
  | {
      readonly kind: "kept";
      /** Different by a hand that is let be. */
      readonly isDifferent: boolean;
      readonly adopted: Adoption | undefined;
      readonly slots: Slots;
      readonly stamp: S;
    }
  | { readonly kind: "refused"; readonly objection: Objection; readonly stamp: S | undefined };

/** What came of an object, and what is said beside it. */
export type Settlement<S> = { readonly settled: Settled<S>; readonly warnings: readonly Objection[] };

/** How often an object is looked at anew that changes while it is written. */
const TRIES = 3;

/** Settles one object. Never throws for what can go wrong outside. */
export async function settle<S, F extends Found<S>>(
  target: Target<S, F>,
  order: Order,
  means: Means,
): Promise<Settlement<S>> {
  for (let tries = 1; ; tries++) {
    const sight = await target.observe(order.wanted, order.holding);
    if (!sight.ok) return refused<S>(sight.objection, undefined);
    const { found } = sight;
    try {
      const outcome = await perform(target, order, found, decide(observedOf(order, found), means));
      if (outcome !== "conflict") return outcome;
      if (tries === TRIES) {
        return refused({ reason: "WriteFailed", message: "it changed while it was written" }, found.stamp);
      }
    } finally {
      wipe(...(found.live?.values.values() ?? []));
    }
  }
}

function refused<S>(objection: Objection, stamp: S | undefined, warnings: readonly Objection[] = []): Settlement<S> {
  return { settled: { kind: "refused", objection, stamp }, warnings };
}

function observedOf<S>({ sealed, isApplied, marks }: Order, found: Found<S>) {
  const { live, isOurs, objection, frozen } = found;
  return {
    desired: sealed,
    isOurs,
    isApplied,
    live,
    objection,
    frozen,
    ...(marks !== undefined && { marks }),
  };
}

/** Does what was decided. The last action is the one that counts: what stands before it is said beside it. */
async function perform<S, F extends Found<S>>(
  target: Target<S, F>,
  order: Order,
  found: F,
  actions: readonly Action[],
): Promise<Settlement<S> | "conflict"> {
  const warnings = actions.flatMap((action) => (action.kind === "warn" ? [objectionOf(action)] : []));
  const action = actions.at(-1) as Action;
  switch (action.kind) {
    case "write": {
      const { cause, slots, secret } = action;
      const { adopted } = found;
      const performed = await write(target, order, found, { cause, secret });
      return told(performed, warnings, (stamp) => ({ kind: "written", cause, adopted, slots, stamp }));
    }
    case "keep": {
      const { isDifferent, slots } = action;
      const { adopted, stamp } = found;
      if (isDifferent) {
        const kept = { kind: "kept", isDifferent, adopted, slots, stamp: stamp as S } as const;
        return { settled: kept, warnings };
      }
      const performed = await target.confirm(order.wanted, found);
      return told(performed, warnings, (now) => ({ kind: "kept", isDifferent, adopted, slots, stamp: now }));
    }
    case "report":
      return refused(objectionOf(action), found.stamp, warnings);
    case "warn":
      throw new TypeError("a warning stands beside what is done");
  }
}

async function write<S, F extends Found<S>>(
  target: Target<S, F>,
  { wanted, claim }: Order,
  found: F,
  { cause, secret }: { readonly cause: Cause; readonly secret: PlainSecret },
): Promise<Performed<S>> {
  try {
    claim?.(cause, found.adopted);
    return await target.write(wanted, secret, found);
  } finally {
    wipeSecret(secret);
  }
}

function objectionOf({ reason, message }: Objection): Objection {
  return { reason, message };
}

function told<S>(
  performed: Performed<S>,
  warnings: readonly Objection[],
  settled: (stamp: S) => Settled<S>,
): Settlement<S> | "conflict" {
  switch (performed.kind) {
    case "conflict":
      return "conflict";
    case "failed":
      return refused<S>(performed.objection, undefined, warnings);
    case "done":
      return { settled: settled(performed.stamp as S), warnings };
  }
}
