/** The Kubernetes Secret of a SealedSecret: what it must look like, and what a live one says. Pure. */
import { createHmac } from "node:crypto";
import type { PlainSecret, SecretShape, SyncPolicy } from "../../src/index.ts";
import type { Live } from "../decide.ts";
import type { OwnerReference, SecretObject } from "../kube/object.ts";
import type { Objection } from "../problem.ts";

/** The label by which the controller finds its own Secrets. */
export const MANAGED_BY = "lacre.dev/managed-by";
/** The value of that label, and our name as a field manager. */
export const MANAGER = "lacre";
/** Proves that a Secret is as it was written, and from which spec, without opening anything: an HMAC under the cluster's own key. */
export const MAC = "lacre.dev/mac";
/** What becomes of the Secret when its SealedSecret is gone, for a controller that was not there to see it. */
export const LEFT_BEHIND = "lacre.dev/left-behind";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const API = "lacre.dev/v1alpha1";

/** Labels of Secrets that hold the controller's own keys. */
const OWN_LABELS: readonly string[] = ["lacre.dev/sealing-key", "lacre.dev/identity"];

/** Types that grant access to the cluster. */
const FORBIDDEN_TYPES = ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];

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
  const keep = (map: ReadonlyMap<string, string>) =>
    new Map(
      [...map].filter(([key]) => {
        const isAllowed = isAllowedKey(key, allowed);
        if (!isAllowed) dropped.push(key);
        return isAllowed;
      }),
    );
  return { shape: { ...shape, labels: keep(shape.labels), annotations: keep(shape.annotations) }, dropped };
}

function isAllowedKey(key: string, allowed: readonly string[]): boolean {
  // Ours, and the one by which deployment tools recognise what they prune, are never taken, whatever is allowed.
  if (/^(?:[^/]*\.)?lacre\.dev\//.test(key) || key === "app.kubernetes.io/instance" || key === LAST_APPLIED)
    return false;
  if (!key.includes("/") || key.startsWith("app.kubernetes.io/")) return true;
  return allowed.some((prefix) => key === prefix || (prefix.endsWith("/") && key.startsWith(prefix)));
}

/** What the shape itself forbids. */
export function refuseType(type: string): Objection | undefined {
  if (!FORBIDDEN_TYPES.includes(type)) return undefined;
  return {
    reason: "TypeNotAllowed",
    message: `Secrets of type ${type} grant access to the cluster and are never made from Git`,
  };
}

function isMerge({ policy }: Wanted): boolean {
  return policy.adopt === "Merge";
}

function ownsSecret({ policy }: Wanted): boolean {
  return policy.adopt !== "Merge" && policy.deletion === "Delete";
}

function ownerReference(wanted: Wanted): OwnerReference {
  return { apiVersion: API, kind: "SealedSecret", name: wanted.name, uid: wanted.uid, controller: true };
}

function leftBehind(wanted: Wanted): string {
  return isMerge(wanted) ? "Release" : wanted.policy.deletion;
}

function wantedAnnotations(wanted: Wanted): Record<string, string> {
  return { ...Object.fromEntries(wanted.shape.annotations), [LEFT_BEHIND]: leftBehind(wanted) };
}

function wantedLabels(wanted: Wanted): Record<string, string> {
  return { ...Object.fromEntries(wanted.shape.labels), [MANAGED_BY]: MANAGER };
}

function controllerOf(secret: SecretObject): OwnerReference | undefined {
  return secret.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

function isOurReference(owner: OwnerReference | undefined): boolean {
  return owner?.kind === "SealedSecret" && owner.apiVersion.startsWith("lacre.dev/");
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

/** What the live Secret says against being written at all. marked: keys that we wrote before. */
export function objectionOf(
  wanted: Wanted,
  live: SecretObject | undefined,
  marked: ReadonlySet<string>,
): Objection | undefined {
  if (live === undefined) return undefined;
  if (isOwnKey(live)) return { reason: "NotOwned", message: "it holds a key of the controller itself" };
  const conflicting = declarers(live, isMerge(wanted) ? wanted.keys : undefined);
  const owner = controllerOf(live);
  const isManaged_ = isManaged(live);
  if (!isMerge(wanted)) {
    if (owner !== undefined && !isOurReference(owner)) {
      return { reason: "NotOwned", message: `the Secret belongs to ${owner.kind} ${owner.name}` };
    }
    if (!isManaged_ && isHelmOwned(live))
      return { reason: "NotOwned", message: "the Secret belongs to a Helm release" };
  }
  if (conflicting.length > 0) {
    return {
      reason: "FieldConflict",
      message: `${conflicting.join(", ")} declares the values of the Secret too; let one of the two go`,
    };
  }
  if (isMerge(wanted)) {
    const taken = Object.keys(live.data ?? {}).filter(
      (key) => wanted.keys.has(key) && !(isManaged_ && marked.has(key)),
    );
    if (taken.length > 0) {
      return {
        reason: "FieldConflict",
        message: `the Secret already has ${taken.slice(0, 3).join(", ")}; remove it there or here`,
      };
    }
  }
  return undefined;
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
      message: `the Secret has type ${type.slice(0, 64)}, which cannot become ${wanted.shape.type}; ${remedy}`,
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

function isShapeIntact(wanted: Wanted, { metadata, type, immutable }: SecretObject): boolean {
  const owner = metadata.ownerReferences?.find(({ uid }) => uid === wanted.uid);
  return (
    (type ?? "Opaque") === wanted.shape.type &&
    (immutable === true) === wanted.shape.immutable &&
    holdsAll(wantedLabels(wanted), metadata.labels) &&
    holdsAll(wantedAnnotations(wanted), metadata.annotations) &&
    metadata.annotations?.[LAST_APPLIED] === undefined &&
    (owner !== undefined) === ownsSecret(wanted)
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
      annotations: { ...wantedAnnotations(wanted), [MAC]: macOf(macKey, wanted, data) },
      ...(ownsSecret(wanted) && { ownerReferences: [ownerReference(wanted)] }),
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
  const kept = references.filter((owner) => !isOurReference(owner) || (owner.uid === wanted.uid && ownsSecret(wanted)));
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
