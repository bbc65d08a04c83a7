/** Kubernetes Events about key Secrets that nobody vouches for: the name of the Secret, and never what is in it. */
import type { EventRecorder } from "../kube/events.ts";
import { splitKey } from "../kube/object.ts";

/** A key Secret without a proof. secret: `namespace/name`. */
export type UnprovenSecret = { readonly secret: string; readonly uid: string };

const MESSAGE =
  "this key Secret has no proof of the cluster's identity: it is never used, and no list names it; find out who made it, " +
  "and remove it, or vouch for the key with --adopt-key";

/** Tells of each Secret once while it is there. Only the replica that keeps the keys does this: the other may not write. */
export class UnprovenEvents {
  readonly #events: EventRecorder | undefined;
  #told: ReadonlySet<string> = new Set();

  constructor(events: EventRecorder | undefined) {
    this.#events = events;
  }

  /** secrets: all that are there now. */
  tell(secrets: readonly UnprovenSecret[]): void {
    for (const { secret, uid } of secrets) {
      if (this.#told.has(uid)) continue;
      this.#events?.record({ kind: "Secret", ...splitKey(secret), uid }, "Warning", "KeyUnproven", MESSAGE);
    }
    this.#told = new Set(secrets.map(({ uid }) => uid));
  }
}
