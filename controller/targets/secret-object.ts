/** The Kubernetes Secret of a SealedSecret: what it must look like, and what a live one says. Pure. */

import { createHmac } from "node:crypto";
import type { PlainSecret, SecretShape, SyncPolicy } from "../../src/model/index.ts";
import {
  ADOPTED,
  API_VERSION,
  IDENTITY,
  isOfOurApi,
  KIND,
  LEFT_BEHIND,
  MAC,
  MANAGED_BY,
  MANAGER,
  MERGED_KEYS,
  SEALING_KEY,
} from "../../src/model/kubernetes.ts";
import type { Live } from "../decide/decide.ts";
import type { Objection } from "../decide/problem.ts";
import type { OwnerReference, SecretObject } from "../kube/object.ts";
import { type Adoption, askForConsent, isConsentedTo, liveConsent, type OperatorConsent } from "./consent.ts";
import { isDrivingLabel } from "./driving.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Labels of Secrets that hold the controller's own keys. */
const OWN_LABELS: readonly string[] = [SEALING_KEY, IDENTITY];

/** What a Secret is wanted to be, apart from its values. */
export type Wanted = {
  readonly namespace: string;
  readonly name: string;
  /** Of the SealedSecret. */
  readonly uid: string;
  readonly shape: SecretShape;
  readonly policy: SyncPolicy;
  readonly keys: ReadonlySet<string>;
  /** Of everything in the spec that decides what is written, tokens included. */
  readonly digest: string;
};

/** Which labels and annotations of spec.secret reach the Secret. The rest drives other software, such as tools that copy Secrets into other namespaces. */
export function allowedMetadata(
  shape: SecretShape,
  allowed: readonly string[],
): { readonly shape: SecretShape; readonly dropped: readonly string[] } {
  const dropped: string[] = [];
  const keep = (map: ReadonlyMap<string, string>, isDriving: (key: string, value: string) => boolean) =>
    new Map(
      [...map].filter(([key, value]) => {
        const isAllowed = isAllowedKey(key, allowed) && !isDriving(key, value);
        if (!isAllowed) dropped.push(key);
        return isAllowed;
      }),
    );
  const labels = keep(shape.labels, (key, value) => isDrivingLabel(key, value, allowed));
  return { shape: { ...shape, labels, annotations: keep(shape.annotations, () => false) }, dropped };
}

function isAllowedKey(key: string, allowed: readonly string[]): boolean {
  // Ours, and the one by which deployment tools recognise what they prune, are never taken, whatever is allowed.
  if (/^(?:[^/]*\.)?lacre\.dev\//.test(key) || key === "app.kubernetes.io/instance" || key === LAST_APPLIED)
    return false;
  if (!key.includes("/") || key.startsWith("app.kubernetes.io/")) return true;
  return allowed.some((prefix) => key === prefix || (prefix.endsWith("/") && key.startsWith(prefix)));
}

function isMerge({ policy }: Wanted): boolean {
  return policy.adopt === "Merge";
}

/** How a Secret is held. mark: how it was taken over, where it was there before. */
type Hold = { readonly isMerge: boolean; readonly mark: Adoption | undefined };

function markOf({ metadata }: SecretObject): Adoption | undefined {
  const left = metadata.annotations?.[LEFT_BEHIND];
  // Two annotations say it, so that none of the two that is lost by hand gives a Secret away.
  if (left === "Keep") return "IfUnowned";
  const mark = metadata.annotations?.[ADOPTED];
  if (mark === undefined) return undefined;
  return mark === "Merge" || left === "Release" ? "Merge" : "IfUnowned";
}

/** What a live Secret is to an object: its own, taken over in one of two ways, or a stranger. */
function standingOf(wanted: Wanted, live: SecretObject): "ours" | Adoption | "foreign" {
  if (!isOurs(wanted, live)) return "foreign";
  const mark = markOf(live);
  if (mark !== undefined) return mark;
  const isShared = live.metadata.annotations?.[LEFT_BEHIND] === "Release" && !isKnownToBeOursAlone(live);
  return isShared ? "Merge" : "ours";
}

/** How the Secret is to be held, if it may be. */
function holdOf(wanted: Wanted, live: SecretObject | undefined): Hold {
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

function ownsSecret({ policy }: Wanted, { isMerge: merges, mark }: Hold): boolean {
  return !merges && mark === undefined && policy.deletion === "Delete";
}

function ownerReference(wanted: Wanted): OwnerReference {
  return { apiVersion: API_VERSION, kind: KIND, name: wanted.name, uid: wanted.uid, controller: true };
}

function leftBehind(wanted: Wanted, { isMerge: merges, mark }: Hold): string {
  if (mark === "IfUnowned") return "Keep";
  return merges ? "Release" : wanted.policy.deletion;
}

function mergedKeys({ keys }: Wanted): string {
  return [...keys].sort().join(",");
}

function wantedAnnotations(wanted: Wanted, hold: Hold): Record<string, string> {
  return {
    ...Object.fromEntries(wanted.shape.annotations),
    [LEFT_BEHIND]: leftBehind(wanted, hold),
    ...(hold.mark !== undefined && { [ADOPTED]: hold.mark }),
    ...(hold.mark === "Merge" && { [MERGED_KEYS]: mergedKeys(wanted) }),
  };
}

function wantedLabels(wanted: Wanted): Record<string, string> {
  return { ...Object.fromEntries(wanted.shape.labels), [MANAGED_BY]: MANAGER };
}

function controllerOf(secret: SecretObject): OwnerReference | undefined {
  return secret.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

function isOurReference(owner: OwnerReference | undefined): boolean {
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

/** Managers that declare the data of a Secret themselves, such as Flux or Argo CD. Edits by hand are no declaration. */
function declarers(secret: SecretObject, keys: ReadonlySet<string> | undefined): readonly string[] {
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

/** The live values that the SealedSecret is about, and whether all around them is as wanted. The caller wipes them. */
export function readLive(wanted: Wanted, live: SecretObject): Live {
  const values = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(live.data ?? {})) {
    if (!isMerge(wanted) || wanted.keys.has(key)) values.set(key, new Uint8Array(Buffer.from(value, "base64")));
  }
  return { values, isIntact: isShapeIntact(wanted, live) };
}

function holdsAll(
  wanted: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(wanted).every(([key, value]) => live?.[key] === value);
}

function isShapeIntact(wanted: Wanted, live: SecretObject): boolean {
  const { metadata, type, immutable } = live;
  const owner = metadata.ownerReferences?.find(({ uid }) => uid === wanted.uid);
  const hold = holdOf(wanted, live);
  return (
    (type ?? "Opaque") === wanted.shape.type &&
    (immutable === true) === wanted.shape.immutable &&
    holdsAll(wantedLabels(wanted), metadata.labels) &&
    holdsAll(wantedAnnotations(wanted, hold), metadata.annotations) &&
    metadata.annotations?.[ADOPTED] === hold.mark &&
    metadata.annotations?.[MERGED_KEYS] === (hold.mark === "Merge" ? mergedKeys(wanted) : undefined) &&
    metadata.annotations?.[LAST_APPLIED] === undefined &&
    (owner !== undefined) === ownsSecret(wanted, hold)
  );
}

/** The MAC of a Secret's content: base64 values by key, bound to its place and to the spec that they came from. */
function macOf(macKey: Uint8Array, wanted: Wanted, data: Readonly<Record<string, string>>): string {
  const keys = Object.keys(data).sort();
  const text = JSON.stringify([
    wanted.namespace,
    wanted.name,
    wanted.uid,
    wanted.digest,
    keys.map((key) => [key, data[key]]),
  ]);
  return createHmac("sha256", macKey).update(text).digest("base64url");
}

/** True when a Secret is exactly what this spec made of it: nothing needs to be opened to know. */
export function isSettled(macKey: Uint8Array, wanted: Wanted, live: SecretObject): boolean {
  const mac = live.metadata.annotations?.[MAC];
  if (mac === undefined || !isShapeIntact(wanted, live) || declarers(live, wanted.keys).length > 0) return false;
  const data = Object.entries(live.data ?? {}).filter(([key]) => !isMerge(wanted) || wanted.keys.has(key));
  return mac === macOf(macKey, wanted, Object.fromEntries(data));
}

/** The body of the server-side apply: everything that is ours, and nothing else. */
export function applyBody(
  macKey: Uint8Array,
  wanted: Wanted,
  secret: PlainSecret,
  live: SecretObject | undefined,
): SecretObject {
  const data: Record<string, string> = Object.create(null);
  for (const [key, value] of secret.values)
    data[key] = Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64");
  const hold = holdOf(wanted, live);
  const uid = live?.metadata.uid;
  const resourceVersion = live?.metadata.resourceVersion;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: wanted.name,
      namespace: wanted.namespace,
      // What was observed is what is written over: a Secret that changed since then is looked at again first.
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      labels: wantedLabels(wanted),
      annotations: { ...wantedAnnotations(wanted, hold), [MAC]: macOf(macKey, wanted, data) },
      ...(ownsSecret(wanted, hold) && { ownerReferences: [ownerReference(wanted)] }),
    },
    type: wanted.shape.type,
    ...(wanted.shape.immutable && { immutable: true }),
    data,
  };
}

/** The values that our own apply leaves alone and that must go: keys of others, and kubectl's copy of the whole Secret. */
export function strayFields(wanted: Wanted, live: SecretObject): object | undefined {
  const keys = isMerge(wanted) ? [] : Object.keys(live.data ?? {}).filter((key) => !wanted.keys.has(key));
  const hasCopy = live.metadata.annotations?.[LAST_APPLIED] !== undefined;
  // An owner that is no longer ours, such as a SealedSecret of this name that was deleted and made again.
  const references = live.metadata.ownerReferences ?? [];
  const owns = ownsSecret(wanted, holdOf(wanted, live));
  const kept = references.filter((owner) => !isOurReference(owner) || (owner.uid === wanted.uid && owns));
  if (keys.length === 0 && !hasCopy && kept.length === references.length) return undefined;
  return {
    metadata: {
      uid: live.metadata.uid,
      resourceVersion: live.metadata.resourceVersion,
      ...(hasCopy && { annotations: { [LAST_APPLIED]: null } }),
      ...(kept.length !== references.length && { ownerReferences: kept }),
    },
    ...(keys.length > 0 && { data: Object.fromEntries(keys.map((key) => [key, null])) }),
  };
}

/** True when nobody but us has a part in a Secret that our apply has just made. */
export function isOursAlone(secret: SecretObject): boolean {
  return (secret.metadata.managedFields ?? []).every(({ manager }) => manager === MANAGER);
}

/** The same of a Secret that was found: where nothing tells, it is not. */
function isKnownToBeOursAlone(secret: SecretObject): boolean {
  return (secret.metadata.managedFields ?? []).length > 0 && isOursAlone(secret);
}
