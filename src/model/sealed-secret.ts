/** The committed object, a SealedSecret. */
import { LacreError } from "../errors.ts";
import { type Entry, slotsOf } from "./entry.ts";
import {
  MAX_ANNOTATION_CHARACTERS,
  MAX_ENTRIES,
  MAX_ENVIRONMENTS,
  MAX_LABEL_CHARACTERS,
  MAX_LABELS,
  MAX_TOKEN_CHARACTERS,
} from "./limits.ts";
import type { SecretShape } from "./secret.ts";

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

/** A SealedSecret. namespace is "" where the manifest names none. */
export type SealedSecret = {
  readonly namespace: string;
  readonly name: string;
  /** Labels and annotations of the SealedSecret itself, such as those of Argo CD, Flux and Helm. */
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** What the Secret will look like. */
  readonly shape: SecretShape;
  readonly policy: SyncPolicy;
  /** By key. */
  readonly entries: ReadonlyMap<string, Entry>;
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

/** As the API server counts: a character beyond U+FFFF is one. */
function charactersOf(text: string): number {
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}

function longest(texts: ReadonlyMap<string, string>, most: number): string | undefined {
  return [...texts].find(([, text]) => charactersOf(text) > most)?.[0];
}

/** What about a SealedSecret is more than a cluster takes, in words that name keys only; undefined where all is well. */
export function excessOf({ entries, shape }: Pick<SealedSecret, "entries" | "shape">): string | undefined {
  if (entries.size > MAX_ENTRIES) return `more than ${MAX_ENTRIES} entries`;
  const wide = [...entries].find(([, entry]) => entry.length > MAX_ENVIRONMENTS);
  if (wide !== undefined) return `the entry ${wide[0]} with more than ${MAX_ENVIRONMENTS} environments`;
  const long = slotsOf(entries).find(({ slot }) => slot.text.length > MAX_TOKEN_CHARACTERS);
  if (long !== undefined) return `the entry ${long.key} with more than ${MAX_TOKEN_CHARACTERS} characters`;
  if (shape.labels.size > MAX_LABELS) return `more than ${MAX_LABELS} labels`;
  if (shape.annotations.size > MAX_LABELS) return `more than ${MAX_LABELS} annotations`;
  const label = longest(shape.labels, MAX_LABEL_CHARACTERS);
  if (label !== undefined) return `the label ${label} with more than ${MAX_LABEL_CHARACTERS} characters`;
  const annotation = longest(shape.annotations, MAX_ANNOTATION_CHARACTERS);
  return annotation && `the annotation ${annotation} with more than ${MAX_ANNOTATION_CHARACTERS} characters`;
}

/** VALUE_TOO_LARGE for a SealedSecret that no cluster takes. */
export function checkExcess(sealed: SealedSecret): void {
  const excess = excessOf(sealed);
  if (excess === undefined) return;
  throw new LacreError("VALUE_TOO_LARGE", `Secret ${objectName(sealed)} has ${excess}, which no cluster takes`, {
    hint: "split it into several Secrets, or remove what is not needed",
  });
}
