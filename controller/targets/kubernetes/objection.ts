/** What a live Secret says against being written. Pure. */

import { MANAGER, MERGED_KEYS } from "../../../src/model/kubernetes.ts";
import type { Objection } from "../../decide/problem.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { SecretObject } from "../../kube/object.ts";
import type { OperatorConsent } from "../consent.ts";
import { askForConsent, isConsentedTo } from "./consent.ts";
import { controllerOf, isManaged, isMerge, isOurReference, isOwnKey, markOf, standingOf } from "./ownership.ts";

/** Managers that declare the data of a Secret themselves, such as Flux or Argo CD. Edits by hand are no declaration. */
export function declarers(secret: SecretObject, keys: ReadonlySet<string> | undefined): readonly string[] {
  const found = (secret.metadata.managedFields ?? []).filter(({ manager, operation, fieldsV1 }) => {
    if (operation !== "Apply" || manager === MANAGER) return false;
    const data = fieldsV1?.["f:data"];
    if (typeof data !== "object" || data === null) return false;
    const owned = Object.keys(data).flatMap((field) => (field.startsWith("f:") ? [field.slice(2)] : []));
    return keys === undefined ? owned.length > 0 : owned.some((key) => keys.has(key));
  });
  return [...new Set(found.map(({ manager = "?" }) => manager.slice(0, 64)))];
}

function notOwned(message: string): Objection {
  return { reason: "NotOwned", message };
}

/** Who declares what, and which keys there are, is for those who may read the Secret, and not said here. */
const DECLARED =
  "another manager declares values of the Secret too; let one of the two go (kubectl get secret --show-managed-fields -o yaml)";

/** True when this object may not go on without somebody's consent. */
function lacksConsent(wanted: Wanted, live: SecretObject, operator: OperatorConsent): boolean {
  const { adopt } = wanted.policy;
  const standing = standingOf(wanted, live);
  if (standing === "ours" || standing === "IfUnowned" || standing === adopt) return false;
  return adopt === "Never" || !isConsentedTo(wanted, adopt, live, operator);
}

/** True for a Secret that others run: another controller, or Helm. */
function isRunByOthers(live: SecretObject): boolean {
  const owner = controllerOf(live);
  return (owner !== undefined && !isOurReference(owner)) || (!isManaged(live) && isHelmOwned(live));
}

/** What the live Secret says against being written at all. marked: keys that we wrote before. */
export function objectionOf(
  wanted: Wanted,
  live: SecretObject | undefined,
  marked: ReadonlySet<string>,
  operator: OperatorConsent,
): Objection | undefined {
  if (live === undefined) return undefined;
  // First, and in the same words for every Secret: without consent nothing is to be learned about it.
  if (lacksConsent(wanted, live, operator)) return notOwned(askForConsent(wanted));
  if (isOwnKey(live)) return notOwned("it belongs to the controller itself; seal under another name");
  if (!isMerge(wanted) && isRunByOthers(live)) {
    return notOwned("the Secret belongs to another controller or to a Helm release; remove it there or here");
  }
  if (declarers(live, isMerge(wanted) ? wanted.keys : undefined).length > 0) {
    return { reason: "FieldConflict", message: DECLARED };
  }
  return isMerge(wanted) && markOf(live) !== "IfUnowned" ? refuseTaken(wanted, live, marked) : undefined;
}

/** Merge never writes over a key of others. */
function refuseTaken(wanted: Wanted, live: SecretObject, marked: ReadonlySet<string>): Objection | undefined {
  const named = live.metadata.annotations?.[MERGED_KEYS];
  // An earlier version did not name them: then the keys that were ever applied have to do.
  const written = named === undefined ? marked : new Set(named.split(","));
  const isTaken = Object.keys(live.data ?? {}).some(
    (key) => wanted.keys.has(key) && !(isManaged(live) && written.has(key)),
  );
  if (!isTaken) return undefined;
  return { reason: "FieldConflict", message: "the Secret has a key of the same name already; remove it there or here" };
}

function isHelmOwned({ metadata }: SecretObject): boolean {
  return (
    metadata.labels?.["app.kubernetes.io/managed-by"] === "Helm" &&
    metadata.annotations?.["meta.helm.sh/release-name"] !== undefined
  );
}

/** Why the live Secret cannot become what is wanted: Kubernetes lets nobody change these. */
export function frozenBy(wanted: Wanted, live: SecretObject | undefined): Objection | undefined {
  if (live === undefined) return undefined;
  const type = live.type ?? "Opaque";
  const remedy = "delete the Secret, and it is made anew";
  if (type !== wanted.shape.type) {
    return {
      reason: "ImmutableTarget",
      message: `the Secret has another type, which cannot become ${wanted.shape.type}; ${remedy}`,
    };
  }
  if (live.immutable === true) return { reason: "ImmutableTarget", message: `the Secret is immutable; ${remedy}` };
  return undefined;
}
