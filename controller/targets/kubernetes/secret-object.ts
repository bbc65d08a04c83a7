/** The Kubernetes Secret of a SealedSecret: what it must look like, and whether a live one does. Pure. */
import { createHmac } from "node:crypto";
import type { PlainSecret } from "../../../src/model/index.ts";
import { ADOPTED, LEFT_BEHIND, MAC, MANAGED_BY, MANAGER, MERGED_KEYS } from "../../../src/model/kubernetes.ts";
import type { Wanted } from "../../decide/wanted.ts";
import type { SecretObject } from "../../kube/object.ts";
import type { Found } from "../target.ts";
import { LAST_APPLIED } from "./metadata.ts";
import { declarers } from "./objection.ts";
import {
  type Hold,
  holdOf,
  isMerge,
  isOurReference,
  leftBehind,
  mergedKeys,
  ownerReference,
  ownsSecret,
} from "./ownership.ts";

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

/** The live values that the SealedSecret is about, and whether all around them is as wanted. The caller wipes them. */
export function readLive(wanted: Wanted, live: SecretObject): NonNullable<Found<unknown>["live"]> {
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
