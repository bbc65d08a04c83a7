/** The committed object: group lacre.dev, version v1alpha1, kind SealedSecret. */
import type { SecretShape } from "./secret.ts";

/** The API group and version of a SealedSecret. */
export const API_VERSION = "lacre.dev/v1alpha1";
/** The kind of a SealedSecret. */
export const KIND = "SealedSecret";

/** How the controller treats what it finds live. Field names in the manifest: driftPolicy, adopt, deletionPolicy, suspend. */
export type SyncPolicy = {
  /** What to do about a hand edit: put it right, only say so, or look away. */
  readonly drift: "Correct" | "Detect" | "Ignore";
  /** What to do about an object that was already there. */
  readonly adopt: "Never" | "IfUnowned" | "Merge";
  /** Whether the object goes when its SealedSecret goes. */
  readonly deletion: "Delete" | "Orphan";
  readonly suspend: boolean;
};

/** The policy of a manifest that states none. */
export const DEFAULT_POLICY: SyncPolicy = { drift: "Correct", adopt: "Never", deletion: "Delete", suspend: false };

/** A SealedSecret: one token a key. namespace is "" where the manifest names none. */
export type SealedSecret = {
  readonly namespace: string;
  readonly name: string;
  /** Labels and annotations of the SealedSecret itself, such as those of Argo CD, Flux and Helm. */
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** What the Secret will look like. */
  readonly shape: SecretShape;
  readonly policy: SyncPolicy;
  /** Tokens by key. */
  readonly entries: ReadonlyMap<string, string>;
};

/** Keys in the order in which a manifest lists them: by code unit, as `sort` in the C locale does. */
export function sortedKeys(keys: Iterable<string>): readonly string[] {
  return [...keys].sort();
}

/** `namespace/name`, or only the name: how people call the object. */
export function objectName(object: { readonly namespace: string; readonly name: string }): string {
  return object.namespace === "" ? object.name : `${object.namespace}/${object.name}`;
}

const TRACKING = [
  "argocd.argoproj.io/",
  "kustomize.toolkit.fluxcd.io/",
  "helm.toolkit.fluxcd.io/",
  "helm.sh/",
  "meta.helm.sh/",
];

/** True for labels and annotations by which a deployment tool tracks an object: they belong to the SealedSecret only. */
export function isTrackingKey(key: string): boolean {
  return (
    TRACKING.some((prefix) => key.startsWith(prefix)) ||
    key === "app.kubernetes.io/managed-by" ||
    key === "app.kubernetes.io/instance"
  );
}
