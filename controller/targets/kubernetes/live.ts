/** What is remembered of a live Secret: whether it is what a spec makes, and nothing of what it holds. Pure. */
import type { Wanted } from "../../decide/wanted.ts";
import type { SecretObject } from "../../kube/object.ts";
import { isSettled } from "./secret-object.ts";

/** A live Secret as it was seen last. */
export type LiveSecret = {
  readonly uid: string;
  readonly resourceVersion: string;
  /** The spec that it was exactly what had been made of; undefined when it was not. */
  readonly settledFor: string | undefined;
};

/** One spec of one object: another object of the same name is another spec. */
function specOf({ uid, digest, policy }: Wanted): string {
  // How it is held shows on the Secret too.
  return [uid, digest, policy.adopt === "Merge", policy.deletion].join(" ");
}

/** True when the Secret is exactly what this spec makes: nothing needs to be opened to know. */
export function isMadeOf(wanted: Wanted, live: LiveSecret | undefined): live is LiveSecret {
  return live !== undefined && live.settledFor === specOf(wanted);
}

/** What there is to remember of a Secret. wanted: undefined where nobody wants it. */
export function remember(secret: SecretObject, wanted: Wanted | undefined, macKey: Uint8Array): LiveSecret {
  const isMade = wanted !== undefined && isSettled(macKey, wanted, secret);
  return {
    uid: secret.metadata.uid ?? "",
    resourceVersion: secret.metadata.resourceVersion ?? "",
    settledFor: isMade ? specOf(wanted) : undefined,
  };
}
