/** Who consents to files being taken over that lay in an object's directory before its SealedSecret. Pure. */
import type { Objection } from "../../decide/problem.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { Adoption, OperatorConsent } from "../consent.ts";
import type { Holding } from "../target.ts";

/** The file by which who may write NAMESPACE/NAME consents. No key of a Secret begins with two dots, so no SealedSecret makes it. */
export const MARKER = "..lacre-adopt";

/** What lies in an object's directory, by names only. */
export type Occupant = {
  /** Something is laid out there as a projected volume: by us, or by others. */
  readonly isProjected: boolean;
  readonly hasMarker: boolean;
  /** Names that do not lead to a value of the projected ones. */
  readonly others: ReadonlySet<string>;
};

/** The next step, with both ways named. It says the same whatever is there: the reader may not be allowed to see it. */
function askForConsent({ namespace, name }: Wanted): string {
  return (
    `something of this name was there before; remove it or seal under another name; to take it over, spec.adopt must say how, and ` +
    `one of two must consent: who may write there, by an empty file ${namespace}/${name}/${MARKER} in the target, or the operator, ` +
    `by --adopt ${namespace}=IfUnowned or ${namespace}=Merge at the controller`
  );
}

/** How the object is taken over now, if it may be; undefined for what is ours, however it became so. */
export function adoptionOf({ policy }: Pick<Wanted, "policy">, holding: Holding | undefined): Adoption | undefined {
  if (holding !== undefined) return holding.adopted;
  return policy.adopt === "Never" ? undefined : policy.adopt;
}

/** What stands against writing. occupant: undefined where nothing is; holding: undefined where the object is not ours. */
export function objectionOf(
  wanted: Wanted,
  occupant: Occupant | undefined,
  holding: Holding | undefined,
  operator: OperatorConsent,
): Objection | undefined {
  if (occupant === undefined) return undefined;
  const adoption = adoptionOf(wanted, holding);
  if (holding === undefined) {
    const isConsentedTo =
      adoption !== undefined && (occupant.hasMarker || operator.get(wanted.namespace)?.has(adoption) === true);
    if (!isConsentedTo) return { reason: "NotOwned", message: askForConsent(wanted) };
  }
  if (adoption !== "Merge") return undefined;
  // Two projections in one directory would take each other's values away.
  if (holding === undefined && occupant.isProjected) {
    const message = "what is there switches all its values at once, and nothing can be merged into it; use IfUnowned";
    return { reason: "FieldConflict", message };
  }
  const isTaken = [...wanted.keys].some((key) => occupant.others.has(key));
  if (!isTaken) return undefined;
  return { reason: "FieldConflict", message: "there is a file of the same name already; remove it there or here" };
}
