/** A SealedSecret into the model, from YAML or from JSON, remembering where each token stands so that it can be edited. */
import { type Entry, Slot } from "../../model/entry.ts";
import { API_VERSION, isOfOurApi, KIND } from "../../model/kubernetes.ts";
import { isKey } from "../../model/names.ts";
import { DEFAULT_POLICY, type SealedSecret, type SyncPolicy } from "../../model/sealed-secret.ts";
import { OPAQUE, PLAIN_SHAPE, type SecretShape } from "../../model/secret.ts";
import type { Field, FieldReader, Mapping } from "../fields.ts";
import { readIdentity } from "../identity.ts";

/** Where an entry stands: its key, what is under it, and the token of each slot in the entry's order. */
export type EntryPlace<N, M extends N> = { readonly key: N; readonly tokens: readonly N[]; readonly body: M };

/** A SealedSecret, the node of its spec.entries, and where each entry stands in it. */
export type SealedPlaces<N, M extends N> = {
  readonly sealed: SealedSecret;
  readonly entries: M;
  readonly places: ReadonlyMap<string, EntryPlace<N, M>>;
};

/** True for objects of our kind in any version: an unknown version is refused later, not passed over. */
export function isSealedKind(kind: string | undefined, apiVersion: string | undefined): boolean {
  return kind === KIND && isOfOurApi(apiVersion ?? "");
}

/** The SealedSecret at a node, or the reader's error with the place of the mistake. Tokens are not looked into. */
export function readSealed<N, M extends N>(reader: FieldReader<N, M>, node: N): SealedPlaces<N, M> {
  const object = reader.mapping(node, "SealedSecret", node);
  reader.refuseUnknown(object, "", ["apiVersion", "kind", "metadata", "spec", "status"]);
  const version = object.fields.get("apiVersion");
  if (version === undefined || reader.text(version.value, "apiVersion", version.key) !== API_VERSION) {
    throw reader.error(
      node,
      "this version of SealedSecret is not known",
      `this lacre reads ${API_VERSION}; the file may need a newer one`,
    );
  }
  const metadata = reader.mapping(object.fields.get("metadata")?.value ?? null, "metadata", node);
  const spec = reader.mapping(object.fields.get("spec")?.value ?? null, "spec", node);
  reader.refuseUnknown(spec, "spec", ["entries", "secret", "driftPolicy", "adopt", "deletionPolicy", "suspend"]);
  const field = spec.fields.get("entries");
  if (field === undefined) {
    throw reader.error(spec.node, "spec.entries is missing", "seal a Secret first: lacre seal secret.yaml");
  }
  const list = reader.mapping(field.value, "spec.entries", field.key);
  const { entries, places } = readEntries(reader, list);
  const sealed = {
    ...readIdentity(reader, metadata),
    labels: reader.textMap(metadata.fields.get("labels"), "metadata.labels"),
    annotations: reader.textMap(metadata.fields.get("annotations"), "metadata.annotations"),
    shape: readShape(reader, spec.fields.get("secret")),
    policy: readPolicy(reader, spec),
    entries,
  };
  return { sealed, entries: list.node, places };
}

function readEntries<N, M extends N>(reader: FieldReader<N, M>, list: Mapping<N, M>) {
  const entries = new Map<string, Entry>();
  const places = new Map<string, EntryPlace<N, M>>();
  for (const [key, field] of list.fields) {
    if (!isKey(key))
      throw reader.error(field.key, "a key of spec.entries is not valid", "letters, digits, '-', '_' and '.'");
    const path = `spec.entries.${key}`;
    const body = reader.mapping(field.value, path, field.key);
    const found = readSlots(reader, body, { key, path, parent: field.key });
    entries.set(key, found.map(({ slot }) => slot) as readonly Slot[] as Entry);
    places.set(key, { key: field.key, tokens: found.map(({ node }) => node), body: body.node });
  }
  return { entries, places };
}

type Found<N> = { readonly slot: Slot; readonly node: N };

/** At least one. */
function readSlots<N, M extends N>(
  reader: FieldReader<N, M>,
  body: Mapping<N, M>,
  { key, path, parent }: { readonly key: string; readonly path: string; readonly parent: N },
): readonly Found<N>[] {
  reader.refuseUnknown(body, path, ["sealed", "environments"]);
  const environments = body.fields.get("environments");
  if (environments === undefined) return [readSlot(reader, body, { key, path, parent })];
  if (body.fields.has("sealed")) {
    throw reader.error(parent, `${path} has both sealed and environments`, "keep one of the two");
  }
  const slots = reader.mapping(environments.value, `${path}.environments`, environments.key);
  if (slots.fields.size === 0) throw reader.error(environments.key, `${path}.environments is empty`);
  return [...slots.fields].map(([environment, field]) => {
    const under = `${path}.environments.${environment}`;
    const slot = reader.mapping(field.value, under, field.key);
    reader.refuseUnknown(slot, under, ["sealed"]);
    return readSlot(reader, slot, { key, path: under, parent: field.key, environment });
  });
}

function readSlot<N, M extends N>(
  reader: FieldReader<N, M>,
  body: Mapping<N, M>,
  at: { readonly key: string; readonly path: string; readonly parent: N; readonly environment?: string },
): Found<N> {
  const sealed = body.fields.get("sealed");
  if (sealed === undefined)
    throw reader.error(at.parent, `${at.path}.sealed is missing`, `seal a value: lacre set FILE ${at.key}`);
  const text = reader.text(sealed.value, `${at.path}.sealed`, sealed.key);
  return { slot: new Slot(text, at.environment), node: sealed.value as N };
}

function readPolicy<N>(reader: FieldReader<N>, spec: Mapping<N>): SyncPolicy {
  const choose = <const T extends string>(name: string, choices: readonly T[], otherwise: T): T => {
    const field = spec.fields.get(name);
    if (field === undefined) return otherwise;
    const text = reader.text(field.value, `spec.${name}`, field.key);
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw reader.error(field.key, `spec.${name} is none of: ${choices.join(", ")}`);
    return choice;
  };
  const suspend = spec.fields.get("suspend");
  return {
    drift: choose("driftPolicy", ["Correct", "Detect", "Ignore"], DEFAULT_POLICY.drift),
    adopt: choose("adopt", ["Never", "IfUnowned", "Merge"], DEFAULT_POLICY.adopt),
    deletion: choose("deletionPolicy", ["Delete", "Orphan"], DEFAULT_POLICY.deletion),
    suspend:
      suspend === undefined ? DEFAULT_POLICY.suspend : reader.boolean(suspend.value, "spec.suspend", suspend.key),
  };
}

function readShape<N>(reader: FieldReader<N>, field: Field<N> | undefined): SecretShape {
  if (field === undefined || reader.isNothing(field.value)) return PLAIN_SHAPE;
  const secret = reader.mapping(field.value, "spec.secret", field.key);
  reader.refuseUnknown(secret, "spec.secret", ["type", "immutable", "labels", "annotations"]);
  const type = secret.fields.get("type");
  const immutable = secret.fields.get("immutable");
  return {
    // Kubernetes takes an empty type for none.
    type: (type && reader.text(type.value, "spec.secret.type", type.key)) || OPAQUE,
    immutable:
      immutable === undefined ? false : reader.boolean(immutable.value, "spec.secret.immutable", immutable.key),
    labels: reader.textMap(secret.fields.get("labels"), "spec.secret.labels"),
    annotations: reader.textMap(secret.fields.get("annotations"), "spec.secret.annotations"),
  };
}
