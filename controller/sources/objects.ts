/** What is known of every object without holding a single value: enough to tell whether it needs a look. */
import { createHash } from "node:crypto";
import { LacreError } from "../../src/errors.ts";
import { readSealedObject } from "../../src/format/index.ts";
import { digestOf, type SealedSecret, slotsOf } from "../../src/model/index.ts";
import { conditionOf } from "../cluster/status.ts";
import type { Objection } from "../decide/problem.ts";
import type { ObjectStatus, SealedSecretObject, SecretObject } from "../kube/object.ts";
import { allowedMetadata, isSettled, type Wanted } from "../targets/kubernetes/secret-object.ts";

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
  sealed: SealedSecret | undefined;
};

/** A live Secret as it was seen last. */
export type LiveSecret = {
  readonly uid: string;
  readonly resourceVersion: string;
  /** The spec that it was exactly what had been made of; undefined when it was not. */
  readonly settledFor: string | undefined;
};

/** Asks for a look at an object, whatever the value. Flux's own is honoured too, so that `flux reconcile` habits work. */
const REQUESTS = ["lacre.dev/requested-at", "reconcile.fluxcd.io/requestedAt"];

const sha256 = (message: Uint8Array) => createHash("sha256").update(message).digest();

/** The object, or what is wrong with it. */
function readObject(object: SealedSecretObject): SealedSecret | Objection {
  try {
    return readSealedObject(object);
  } catch (error) {
    if (error instanceof LacreError) return { reason: "InvalidSpec", message: error.message };
    throw error;
  }
}

/** What there is to remember of an object. allowed: see allowedMetadata. */
export function track(object: SealedSecretObject, allowed: readonly string[]): Tracked {
  const { metadata, status } = object;
  const read = readObject(object);
  const common = {
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    isDeleting: metadata.deletionTimestamp !== undefined,
    request: REQUESTS.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined),
    status,
  };
  if ("reason" in read) return { ...common, wanted: read, dropped: [], sealed: undefined };
  const { shape, dropped } = allowedMetadata(read.shape, allowed);
  const sealed = { ...read, shape };
  const wanted: Wanted = {
    namespace: read.namespace,
    name: read.name,
    uid: common.uid,
    shape,
    policy: read.policy,
    keys: new Set(read.entries.keys()),
    digest: digestOf(sha256, sealed),
  };
  return { ...common, wanted, dropped, sealed };
}

/** Tokens of this length together wait in memory; more are read again when their turn comes. */
const MAX_HELD_CHARACTERS = 16_384;

/** True for an object whose tokens are not to be held while it waits: a few hundred of a megabyte would end the controller. */
export function isHeavy({ sealed }: Tracked): boolean {
  if (sealed === undefined) return false;
  return slotsOf(sealed.entries).reduce((sum, { slot }) => sum + slot.text.length, 0) > MAX_HELD_CHARACTERS;
}

/** One spec of one object: another object of the same name is another spec. */
function specOf({ uid, digest, policy }: Wanted): string {
  // How it is held shows on the Secret too.
  return [uid, digest, policy.adopt === "Merge", policy.deletion].join(" ");
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
