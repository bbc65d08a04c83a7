/** Who consents to a Secret being taken over that was there before its SealedSecret. Pure. */

import { parseNamespace } from "../../src/model/index.ts";
import { ADOPT } from "../../src/model/kubernetes.ts";
import type { SecretObject } from "../kube/object.ts";

/** How a Secret is taken over: whole, or beside what it holds. */
export type Adoption = "IfUnowned" | "Merge";

/** What the operator consents to, by namespace. */
export type OperatorConsent = ReadonlyMap<string, ReadonlySet<Adoption>>;

/** Nobody's consent. */
export const NO_CONSENT: OperatorConsent = new Map();

function isAdoption(text: string | undefined): text is Adoption {
  return text === "IfUnowned" || text === "Merge";
}

/** `NAMESPACE[,...]=IfUnowned|Merge`, or undefined where it is none. Throws NAME_INVALID for a namespace that cannot be. */
export function parseOperatorConsent(texts: readonly string[]): OperatorConsent | undefined {
  const found = new Map<string, Set<Adoption>>();
  for (const text of texts) {
    const [names = "", adoption, ...rest] = text.split("=");
    if (!isAdoption(adoption) || rest.length > 0 || names === "") return undefined;
    for (const name of names.split(",")) {
      const namespace = parseNamespace(name);
      found.set(namespace, new Set([...(found.get(namespace) ?? []), adoption]));
    }
  }
  return found;
}

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
