/** What the operator consents to be taken over that was there before its SealedSecret. Pure. */
import { parseNamespace } from "../../src/model/index.ts";

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
