/** Labels and annotations that Git may put on a Secret. Pure. */
import type { SecretShape } from "../../../src/model/index.ts";
import { isDrivingLabel } from "./driving.ts";

/** kubectl's copy of the whole object, values included. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Which labels and annotations of spec.secret reach the Secret. The rest drives other software, such as tools that copy Secrets into other namespaces. */
export function allowedMetadata(
  shape: SecretShape,
  allowed: readonly string[],
): { readonly shape: SecretShape; readonly dropped: readonly string[] } {
  const dropped: string[] = [];
  const keep = (map: ReadonlyMap<string, string>, isDriving: (key: string, value: string) => boolean) =>
    new Map(
      [...map].filter(([key, value]) => {
        const isAllowed = isAllowedKey(key, allowed) && !isDriving(key, value);
        if (!isAllowed) dropped.push(key);
        return isAllowed;
      }),
    );
  const labels = keep(shape.labels, (key, value) => isDrivingLabel(key, value, allowed));
  return { shape: { ...shape, labels, annotations: keep(shape.annotations, () => false) }, dropped };
}

function isAllowedKey(key: string, allowed: readonly string[]): boolean {
  // Ours, and the one by which deployment tools recognise what they prune, are never taken, whatever is allowed.
  if (/^(?:[^/]*\.)?lacre\.dev\//.test(key) || key === "app.kubernetes.io/instance" || key === LAST_APPLIED)
    return false;
  if (!key.includes("/") || key.startsWith("app.kubernetes.io/")) return true;
  return allowed.some((prefix) => key === prefix || (prefix.endsWith("/") && key.startsWith(prefix)));
}
