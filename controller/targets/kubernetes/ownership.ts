/** Whose a live Secret is, and how it is held: what its labels, annotations, owners and managers say. Pure. */
import {
  ADOPTED,
  API_VERSION,
  IDENTITY,
  isOfOurApi,
  KIND,
  LEFT_BEHIND,
  MANAGED_BY,
  MANAGER,
  SEALING_KEY,
} from "../../../src/model/kubernetes.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { OwnerReference, SecretObject } from "../../kube/object.ts";
import type { Adoption } from "../consent.ts";
import { liveConsent } from "./consent.ts";

/** Labels of Secrets that hold the controller's own keys. */
const OWN_LABELS: readonly string[] = [SEALING_KEY, IDENTITY];

export function isMerge({ policy }: Wanted): boolean {
  return policy.adopt === "Merge";
}

/** How a Secret is held. mark: how it was taken over, where it was there before. */
export type Hold = { readonly isMerge: boolean; readonly mark: Adoption | undefined };

export function markOf({ metadata }: SecretObject): Adoption | undefined {
  const left = metadata.annotations?.[LEFT_BEHIND];
  // Two annotations say it, so that none of the two that is lost by hand gives a Secret away.
  if (left === "Keep") return "IfUnowned";
  const mark = metadata.annotations?.[ADOPTED];
  if (mark === undefined) return undefined;
  return mark === "Merge" || left === "Release" ? "Merge" : "IfUnowned";
}

/** What a live Secret is to an object: its own, taken over in one of two ways, or a stranger. */
export function standingOf(wanted: Wanted, live: SecretObject): "ours" | Adoption | "foreign" {
  if (!isOurs(wanted, live)) return "foreign";
  const mark = markOf(live);
  if (mark !== undefined) return mark;
  const isShared = live.metadata.annotations?.[LEFT_BEHIND] === "Release" && !isKnownToBeOursAlone(live);
  return isShared ? "Merge" : "ours";
}

/** How the Secret is to be held, if it may be. */
export function holdOf(wanted: Wanted, live: SecretObject | undefined): Hold {
  const merges = isMerge(wanted);
  const standing = live === undefined ? "ours" : standingOf(wanted, live);
  if (live === undefined || standing === "ours") return { isMerge: merges, mark: undefined };
  // A Secret that an earlier version merged into has no mark, and is left as it is.
  if (merges && standing === "Merge") return { isMerge: true, mark: markOf(live) };
  if (merges && standing === "foreign") return { isMerge: true, mark: "Merge" };
  const isGiven = !merges && liveConsent(wanted.name, live) === "own";
  // What was taken over whole stays whole, also when the spec says Merge later: nothing of it is taken away with the object.
  return { isMerge: merges, mark: isGiven ? undefined : "IfUnowned" };
}

export function ownsSecret({ policy }: Wanted, { isMerge: merges, mark }: Hold): boolean {
  return !merges && mark === undefined && policy.deletion === "Delete";
}

export function ownerReference(wanted: Wanted): OwnerReference {
  return { apiVersion: API_VERSION, kind: KIND, name: wanted.name, uid: wanted.uid, controller: true };
}

export function leftBehind(wanted: Wanted, { isMerge: merges, mark }: Hold): string {
  if (mark === "IfUnowned") return "Keep";
  return merges ? "Release" : wanted.policy.deletion;
}

export function mergedKeys({ keys }: Wanted): string {
  return [...keys].sort().join(",");
}

export function controllerOf(secret: SecretObject): OwnerReference | undefined {
  return secret.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isOurReference(owner: OwnerReference | undefined): boolean {
  return owner?.kind === KIND && isOfOurApi(owner.apiVersion);
}

/** True for a Secret that we wrote. */
export function isManaged(secret: SecretObject): boolean {
  return secret.metadata.labels?.[MANAGED_BY] === MANAGER;
}

/** True for a Secret that this object wrote, also where somebody took our label from it. */
export function isOurs(wanted: Wanted, secret: SecretObject): boolean {
  return (
    isManaged(secret) ||
    controllerOf(secret)?.uid === wanted.uid ||
    secret.metadata.annotations?.[LEFT_BEHIND] !== undefined
  );
}

/** True for a Secret that holds the controller's own keys. */
export function isOwnKey(secret: SecretObject): boolean {
  return OWN_LABELS.some((label) => secret.metadata.labels?.[label] !== undefined);
}

/** True when nobody but us has a part in a Secret that our apply has just made. */
export function isOursAlone(secret: SecretObject): boolean {
  return (secret.metadata.managedFields ?? []).every(({ manager }) => manager === MANAGER);
}

/** The same of a Secret that was found: where nothing tells, it is not. */
function isKnownToBeOursAlone(secret: SecretObject): boolean {
  return (secret.metadata.managedFields ?? []).length > 0 && isOursAlone(secret);
}
