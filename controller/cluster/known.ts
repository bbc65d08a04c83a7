/** Everything that the watches have shown, and what of it needs a look. No value is in here. */
import { READY } from "../../src/model/kubernetes.ts";
import { conditionOf, keyOf, type SealedSecretObject, type SecretObject } from "../kube/object.ts";
import type { ObjectSource, Tracked } from "../sources/objects.ts";
import { isMadeOf, type LiveSecret, remember } from "../targets/kubernetes/live.ts";

/** How objects are judged when they are seen. */
export type KnownOptions = {
  readonly source: ObjectSource;
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

/** True when the Secret is exactly what this spec makes, and is the one that the status names. */
export function isMade({ spec, status }: Tracked, live: LiveSecret | undefined): live is LiveSecret {
  return spec.kind === "desired" && isMadeOf(spec.wanted, live) && status?.secret?.uid === live.uid;
}

/** True when the status says that this very generation was applied, and nobody asked for a look since. */
function isSaidToBeReady({ status, generation, request }: Tracked): boolean {
  return (
    status?.observedGeneration === generation &&
    conditionOf(status, READY)?.status === "True" &&
    (request === undefined || request === status.lastHandledRequest)
  );
}

/** True when nobody needs to look: the status says so, and the Secret is as this very generation made it. */
function isAtRest(tracked: Tracked, live: LiveSecret | undefined): boolean {
  return isSaidToBeReady(tracked) && isMade(tracked, live);
}

/** SealedSecrets and Secrets by `namespace/name`. */
export class Known {
  readonly source: ObjectSource;
  readonly secrets: Map<string, LiveSecret> = new Map();
  readonly #options: KnownOptions;

  constructor(options: KnownOptions) {
    this.#options = options;
    this.source = options.source;
  }

  get sealed(): ReadonlyMap<string, Tracked> {
    return this.source.tracked;
  }

  /** Takes a SealedSecret in; true when it needs a look. */
  sawSealed(object: SealedSecretObject): boolean {
    const tracked = this.source.saw(object);
    if (tracked === undefined) return false;
    const key = keyOf(object);
    // Where nothing is to be expected, the tokens are not held: a restart would hold those of all objects at once.
    if (isSaidToBeReady(tracked)) this.source.letGo(key);
    return !isAtRest(tracked, this.secrets.get(key));
  }

  /** Takes a Secret in; true when it needs a look, also because nobody wants it any more. */
  sawSecret(secret: SecretObject): boolean {
    const key = keyOf(secret);
    if (this.secrets.get(key)?.resourceVersion === secret.metadata.resourceVersion) return false;
    const tracked = this.sealed.get(key);
    const wanted = tracked?.spec.kind === "desired" ? tracked.spec.wanted : undefined;
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
      if (reasons.has(conditionOf(status, READY)?.reason ?? "Progressing")) yield key;
    }
  }
}
