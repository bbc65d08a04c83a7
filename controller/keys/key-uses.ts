/** What still needs each key: counted in the objects of the cluster, when somebody wants to destroy one. */
import { type KeyId, parseToken } from "../../src/model/index.ts";
import type { SealedSecretObject } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";
import { readSealedObject } from "../sources/sealed-object.ts";

/** Entries that a key opens, and the objects that they are in, as `namespace/name`. */
export type KeyUse = { readonly entries: number; readonly objects: readonly string[] };

/** The uses of all keys. An entry for several keys needs each of them. */
export async function countUses(objects: AsyncIterable<SealedSecretObject>): Promise<ReadonlyMap<KeyId, KeyUse>> {
  const uses = new Map<KeyId, { entries: number; objects: Set<string> }>();
  for await (const object of objects) {
    const read = readSealedObject(object);
    if ("reason" in read) continue;
    for (const { keyId } of [...read.slots.values()].flat().flatMap((text) => parseToken(text)?.stanzas ?? [])) {
      const use = uses.get(keyId) ?? { entries: 0, objects: new Set<string>() };
      use.entries++;
      use.objects.add(keyOf(object));
      uses.set(keyId, use);
    }
  }
  return new Map([...uses].map(([keyId, use]) => [keyId, { entries: use.entries, objects: [...use.objects] }]));
}
