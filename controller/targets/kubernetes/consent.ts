/** Who consents to a Secret being taken over that was there before its SealedSecret. Pure. */
import { ADOPT } from "../../../src/model/kubernetes.ts";
import type { SecretObject } from "../../kube/object.ts";
import type { Adoption, OperatorConsent } from "../consent.ts";

/** What who may write the Secret has said on it about a SealedSecret of this name: nothing, adopt it, or own it. */
export function liveConsent(name: string, live: SecretObject): "none" | "adopt" | "own" {
  const [named, more, ...rest] = (live.metadata.annotations?.[ADOPT] ?? "").split(",").map((part) => part.trim());
  if (named !== name || rest.length > 0) return "none";
  if (more === undefined) return "adopt";
  return more === "own" ? "own" : "none";
}

/** True when the operator or the Secret itself consents. */
export function isConsentedTo(
  place: { readonly namespace: string; readonly name: string },
  adoption: Adoption,
  live: SecretObject,
  operator: OperatorConsent,
): boolean {
  return operator.get(place.namespace)?.has(adoption) === true || liveConsent(place.name, live) !== "none";
}

/** The next step, with both ways named. It says the same whatever the Secret is: the reader may not be allowed to see it. */
export function askForConsent({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return (
    `a Secret of this name was there before; remove it or seal under another name; to take it over, spec.adopt must say how, ` +
    `and one of two must consent: who may write the Secret, by the annotation ${ADOPT}: ${name} on it, ` +
    `or the operator, by --adopt ${namespace}=IfUnowned or ${namespace}=Merge at the controller`
  );
}
