/** Everything that the watches have shown, and what of it needs a look. No value is in here. */

import type { SealedSecretObject } from "../kube/object.ts";
import { conditionOf, keyOf, type SecretObject } from "../kube/object.ts";
import { isAtRest, isHeavy, isSaidToBeReady, type LiveSecret, remember, type Tracked, track } from "./tracked.ts";

/** How objects are judged when they are seen. */
export type KnownOptions = {
  readonly allowMetadata: readonly string[];
  /** The key of the Secrets' MACs, 32 bytes. */
  readonly macKey: () => Uint8Array;
};

/** Reasons that another key may end. */
const WAITS_FOR_KEYS: ReadonlySet<string> = new Set([
  "UnknownKey",
  "KeyRetired",
  "CannotDecrypt",
  "AmbiguousEntry",
  "Progressing",
]);

/** Reasons that another policy of signatures may end. */
const WAITS_FOR_SEALERS: ReadonlySet<string> = new Set(["SignatureMissing", "SignatureNotTrusted"]);

/** SealedSecrets and Secrets by `namespace/name`. */
export class Known {
  readonly sealed: Map<string, Tracked> = new Map();
  readonly secrets: Map<string, LiveSecret> = new Map();
  readonly #options: KnownOptions;

  constructor(options: KnownOptions) {
    this.#options = options;
  }

  /** Takes a SealedSecret in; true when it needs a look. */
  sawSealed(object: SealedSecretObject): boolean {
    const key = keyOf(object);
    // The echo of our own status.
    if (this.sealed.get(key)?.resourceVersion === object.metadata.resourceVersion) return false;
    const tracked = track(object, this.#options.allowMetadata);
    this.sealed.set(key, tracked);
    // Where nothing is to be expected, the tokens are not held: a restart would hold those of all objects at once.
    if (isSaidToBeReady(tracked) || isHeavy(tracked)) tracked.slotted = undefined;
    return !isAtRest(tracked, this.secrets.get(key));
  }

  /** Takes a Secret in; true when it needs a look, also because nobody wants it any more. */
  sawSecret(secret: SecretObject): boolean {
    const key = keyOf(secret);
    if (this.secrets.get(key)?.resourceVersion === secret.metadata.resourceVersion) return false;
    const tracked = this.sealed.get(key);
    const wanted = tracked === undefined || "reason" in tracked.wanted ? undefined : tracked.wanted;
    const live = remember(secret, wanted, this.#options.macKey());
    this.secrets.set(key, live);
    return tracked === undefined || !isAtRest(tracked, live);
  }

  /** What is not at rest, and Secrets that nobody wants. */
  *restless(): Generator<string> {
    for (const [key, tracked] of this.sealed) if (!isAtRest(tracked, this.secrets.get(key))) yield key;
    for (const key of this.secrets.keys()) if (!this.sealed.has(key)) yield key;
  }

  /** What another key may help. */
  waitingForKeys(): Iterable<string> {
    return this.#waiting(WAITS_FOR_KEYS);
  }

  /** What other sealers may help. */
  waitingForSealers(): Iterable<string> {
    return this.#waiting(WAITS_FOR_SEALERS);
  }

  *#waiting(reasons: ReadonlySet<string>): Generator<string> {
    for (const [key, { status }] of this.sealed) {
      if (reasons.has(conditionOf(status, "Ready")?.reason ?? "Progressing")) yield key;
    }
  }
}
