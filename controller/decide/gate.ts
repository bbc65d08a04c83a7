/** What can be said of an object before anything is opened or the target is asked about it. Pure, and cheap for the many that are at rest. */
import type { Objection } from "./problem.ts";
import type { Wanted } from "./wanted.ts";

/** What is to be done next. */
export type Gate =
  /** Look at the target, and decide. */
  | { readonly kind: "look" }
  /** The target is known to be what this very object makes: nothing is opened. */
  | { readonly kind: "made" }
  /** spec.suspend: everything is left as it is. */
  | { readonly kind: "suspended" }
  | { readonly kind: "refused"; readonly objection: Objection };

/** What is known of an object beforehand. */
export type Facts = {
  /** Why its place, name or type is not for Git to write, in order of what is told first. */
  readonly judged: Objection | undefined;
  /** True when the target is known to be what this object makes, by proof and not by memory alone. */
  readonly isMade: boolean;
};

/** The way that an object goes. What may never be written is refused, also where it is suspended or was written before. */
export function gate({ policy }: Pick<Wanted, "policy">, { judged, isMade }: Facts): Gate {
  if (judged !== undefined) return { kind: "refused", objection: judged };
  if (policy.suspend) return { kind: "suspended" };
  return { kind: isMade ? "made" : "look" };
}
