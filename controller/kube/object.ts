/** Kubernetes objects as far as the controller looks at them. */

/** The metadata of any object. */
export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
};

/** Who owns an object, for the garbage collector. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
};

/** What one manager owns of an object. */
type ManagedFields = {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
};

/** Any object. */
export type KubeObject = { readonly apiVersion?: string; readonly kind?: string; readonly metadata: Metadata };

/** A Secret as the API server sends it: base64 values. */
export type SecretObject = KubeObject & {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
};

/** A ConfigMap. */
export type ConfigMapObject = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** A condition, as Kubernetes has them. */
export type Condition = {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
};

/** The status as it is stored. */
export type ObjectStatus = {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly entries?: { readonly total: number; readonly opened: number; readonly summary: string };
  readonly secret?: { readonly uid: string; readonly type: string };
  readonly key?: string;
  readonly keyIds?: readonly string[];
  readonly lastSyncedAt?: string;
  readonly lastHandledRequest?: string;
  readonly sealedAt?: Readonly<Record<string, { readonly time: number; readonly token: string }>>;
};

/** A SealedSecret as the API server sends it, field by field as JSON. */
export type SealedSecretObject = KubeObject & { readonly spec?: unknown; readonly status?: ObjectStatus };

/** `namespace/name`. */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The two parts of `namespace/name`. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const at = key.indexOf("/");
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

/** The condition of a type. */
export function conditionOf(status: ObjectStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
