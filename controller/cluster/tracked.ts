/** What is known of every object without holding a single value: enough to tell whether it needs a look. */

import { createHash } from "node:crypto";
import { LOOK_REQUESTS } from "../../src/model/kubernetes.ts";
import type { Objection } from "../decide/problem.ts";
import type { ObjectStatus, SealedSecretObject, SecretObject } from "../kube/object.ts";
import { conditionOf } from "../kube/object.ts";
import { readSealedObject, type SlottedSecret } from "../sources/sealed-object.ts";
import { allowedMetadata, isSettled, type Wanted } from "../targets/secret-object.ts";

/** A SealedSecret as it was seen last. */
export type Tracked = {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly isDeleting: boolean;
  /** The annotation that asks for a look. */
  readonly request: string | undefined;
  readonly status: ObjectStatus | undefined;
  readonly wanted: Wanted | Objection;
  /** Labels and annotations that are not allowed on the Secret. */
  readonly dropped: readonly string[];
  /** The tokens, until they were applied: then they are read again when they are needed. */
  slotted: SlottedSecret | undefined;
};

/** A live Secret as it was seen last. */
export type LiveSecret = {
  readonly uid: string;
  readonly resourceVersion: string;
  /** The spec that it was exactly what had been made of; undefined when it was not. */
  readonly settledFor: string | undefined;
};

function digestOf(slotted: SlottedSecret): string {
  const { slots, shape, policy } = slotted;
  const text = JSON.stringify([
    [...slots].sort(([a], [b]) => (a < b ? -1 : 1)),
    shape.type,
    shape.immutable,
    [...shape.labels].sort(),
    [...shape.annotations].sort(),
    policy.adopt === "Merge",
    policy.deletion,
  ]);
  return createHash("sha256").update(text).digest("base64url");
}

/** What there is to remember of an object. allowed: see allowedMetadata. */
export function track(object: SealedSecretObject, allowed: readonly string[]): Tracked {
  const { metadata, status } = object;
  const read = readSealedObject(object);
  const common = {
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    isDeleting: metadata.deletionTimestamp !== undefined,
    request: LOOK_REQUESTS.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined),
    status,
  };
  if ("reason" in read) return { ...common, wanted: read, dropped: [], slotted: undefined };
  const { shape, dropped } = allowedMetadata(read.shape, allowed);
  const slotted = { ...read, shape };
  const wanted: Wanted = {
    namespace: read.namespace,
    name: read.name,
    uid: common.uid,
    shape,
    policy: read.policy,
    keys: new Set(read.slots.keys()),
    digest: digestOf(slotted),
  };
  return { ...common, wanted, dropped, slotted };
}

/** Tokens of this length together wait in memory; more are read again when their turn comes. */
const MAX_HELD_CHARACTERS = 16_384;

/** True for an object whose tokens are not to be held while it waits: a few hundred of a megabyte would end the controller. */
export function isHeavy({ slotted }: Tracked): boolean {
  let characters = 0;
  for (const tokens of slotted?.slots.values() ?? []) for (const token of tokens) characters += token.length;
  return characters > MAX_HELD_CHARACTERS;
}

/** One spec of one object: another object of the same name is another spec. */
function specOf(wanted: Wanted): string {
  return `${wanted.uid} ${wanted.digest}`;
}

/** True when the Secret is exactly what this spec makes: nothing needs to be opened to know. */
export function isMade(tracked: Tracked, live: LiveSecret | undefined): live is LiveSecret {
  return live !== undefined && !("reason" in tracked.wanted) && live.settledFor === specOf(tracked.wanted);
}

/** True when the status says that this very generation was applied, and nobody asked for a look since. */
export function isSaidToBeReady({ status, generation, request }: Tracked): boolean {
  return (
    status?.observedGeneration === generation &&
    conditionOf(status, "Ready")?.status === "True" &&
    (request === undefined || request === status.lastHandledRequest)
  );
}

/** True when nobody needs to look: the status says so, and the Secret is as this very generation made it. */
export function isAtRest(tracked: Tracked, live: LiveSecret | undefined): boolean {
  return isSaidToBeReady(tracked) && isMade(tracked, live) && tracked.status?.secret?.uid === live.uid;
}

/** What there is to remember of a Secret: whether it is what a spec makes, and nothing of what it holds. */
export function remember(secret: SecretObject, wanted: Wanted | undefined, macKey: Uint8Array): LiveSecret {
  const isMade_ = wanted !== undefined && isSettled(macKey, wanted, secret);
  return {
    uid: secret.metadata.uid ?? "",
    resourceVersion: secret.metadata.resourceVersion ?? "",
    settledFor: isMade_ ? specOf(wanted) : undefined,
  };
}
