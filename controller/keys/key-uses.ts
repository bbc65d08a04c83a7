/** What still needs each key: counted in the objects of the cluster, when somebody wants to destroy one. */
import { LacreError } from "../../src/errors.ts";
import { readSealedObject } from "../../src/format/index.ts";
import { type KeyId, Slot, slotsOf, TOKEN_PREFIX } from "../../src/model/index.ts";
import type { SealedSecretObject } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";

const TOKENS = new RegExp(`${TOKEN_PREFIX.replace(".", "\\.")}[\\w-]+`, "g");

/** Entries that a key opens, and the objects that they are in, as `namespace/name`. */
export type KeyUse = { readonly entries: number; readonly objects: readonly string[] };

/** Of every value that an object has. One that cannot be read as a whole may be mended later: whatever looks like a token counts. */
function keyIdsIn(object: SealedSecretObject): readonly KeyId[] {
  try {
    return slotsOf(readSealedObject(object).entries).flatMap(({ slot }) => slot.keyIds);
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    const texts = JSON.stringify(object.spec ?? null).match(TOKENS) ?? [];
    return texts.flatMap((text) => new Slot(text).keyIds);
  }
}

/** The uses of all keys. An entry for several keys needs each of them. */
export async function countUses(objects: AsyncIterable<SealedSecretObject>): Promise<ReadonlyMap<KeyId, KeyUse>> {
  const uses = new Map<KeyId, { entries: number; objects: Set<string> }>();
  for await (const object of objects) {
    for (const keyId of keyIdsIn(object)) {
      const use = uses.get(keyId) ?? { entries: 0, objects: new Set<string>() };
      use.entries++;
      use.objects.add(keyOf(object));
      uses.set(keyId, use);
    }
  }
  return new Map([...uses].map(([keyId, use]) => [keyId, { entries: use.entries, objects: [...use.objects] }]));
}
