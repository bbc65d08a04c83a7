/** Which Secrets were there before their SealedSecret and are owned by it all the same, as earlier versions left them. Pure. */
import { ADOPT, isOfOurApi, KIND, MANAGER } from "../../src/model/kubernetes.ts";
import type { SecretMetadata } from "./cluster.ts";

/** Who else than lacre made or declared a Secret: a type is set by who makes one, and never by an edit of a value. */
function isMadeByOthers({ managedFields = [] }: SecretMetadata): boolean {
  return managedFields.some(
    ({ manager, fieldsV1 }) => manager !== MANAGER && fieldsV1 !== undefined && "f:type" in fieldsV1,
  );
}

/** Who may write the Secret gave it away in so many words: it is meant to go with its SealedSecret. */
function isGivenAway({ name = "", annotations = {} }: SecretMetadata): boolean {
  return (annotations[ADOPT] ?? "").replaceAll(" ", "") === `${name},own`;
}

/** `namespace/name` of each, in order. */
export function ownedAdoptions(secrets: readonly SecretMetadata[]): readonly string[] {
  return secrets
    .filter(({ ownerReferences = [] }) =>
      ownerReferences.some(({ kind, apiVersion }) => kind === KIND && isOfOurApi(apiVersion)),
    )
    .filter((secret) => isMadeByOthers(secret) && !isGivenAway(secret))
    .map(({ namespace = "", name = "" }) => `${namespace}/${name}`)
    .sort();
}
