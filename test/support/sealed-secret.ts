/** SealedSecrets as values, without any text. */
import { type Entry, entryOf } from "../../src/model/entry.ts";
import { DEFAULT_POLICY, type SealedSecret } from "../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../src/model/secret.ts";
import { PLACE } from "./tokens.ts";

/** One at the place of the tests' tokens: what a test is not about has its usual value. */
export function sealedSecret(more: Partial<SealedSecret> = {}): SealedSecret {
  return {
    namespace: PLACE.namespace,
    name: PLACE.name,
    labels: new Map(),
    annotations: new Map(),
    shape: PLAIN_SHAPE,
    policy: DEFAULT_POLICY,
    entries: new Map(),
    ...more,
  };
}

/** Entries by key: a text is the one value of its key. */
export function entriesOf(entries: Readonly<Record<string, string | Entry>>): ReadonlyMap<string, Entry> {
  return new Map(
    Object.entries(entries).map(([key, entry]) => [key, typeof entry === "string" ? entryOf(entry) : entry]),
  );
}
