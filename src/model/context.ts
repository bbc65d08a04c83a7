/** Where a token belongs, and how much of that place its scope binds. */
import { LacreError } from "../errors.ts";
import { isKey, isName, isNamespace, parseKey, parseName, parseNamespace } from "./names.ts";

/** How far a token may be moved: not at all, within its namespace, or anywhere under the same key. */
export type Scope = "strict" | "namespace" | "cluster";

/** The place where a value lives. The parts that the scope does not bind may be empty. */
export type Context = { readonly namespace: string; readonly name: string; readonly key: string };

/** All scopes, narrowest first. */
export const SCOPES: readonly Scope[] = ["strict", "namespace", "cluster"];

/** The scope named by the text, or USAGE. */
export function parseScope(text: string): Scope {
  const scope = SCOPES.find((candidate) => candidate === text);
  if (scope !== undefined) return scope;
  throw new LacreError("USAGE", `unknown scope ${JSON.stringify(text)}`, { hint: `use one of: ${SCOPES.join(", ")}` });
}

/** The parts of a place that the scope binds: the others become empty. */
export function boundContext(scope: Scope, place: Context): Context {
  switch (scope) {
    case "strict":
      return place;
    case "namespace":
      return { namespace: place.namespace, name: "", key: place.key };
    case "cluster":
      return { namespace: "", name: "", key: place.key };
  }
}

/** The bound context with every part checked, or NAMESPACE_MISSING or NAME_INVALID. For sealing. */
export function parseContext(scope: Scope, place: Context): Context {
  const bound = boundContext(scope, place);
  if (scope !== "cluster") {
    if (bound.namespace === "") {
      throw new LacreError("NAMESPACE_MISSING", `a ${scope} token needs a namespace`, {
        hint: "name it in the document, or with --namespace N",
      });
    }
    parseNamespace(bound.namespace);
  }
  if (scope === "strict") parseName(bound.name);
  parseKey(bound.key);
  return bound;
}

/** True when the bound parts are names that sealing would have accepted. For opening, where a bad name is just no match. */
export function isContext(scope: Scope, place: Context): boolean {
  return (
    isKey(place.key) &&
    (scope === "cluster" || isNamespace(place.namespace)) &&
    (scope !== "strict" || isName(place.name))
  );
}
