/** Which entries of which files need each key. Needs no key. */
import { type KeyId, slotsOf } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { expandInputs } from "../files/inputs.ts";
import { sealedObjects } from "../files/sealed-file.ts";

/** For each key the file of every entry that it opens: a file stands once for each value. */
export async function usesOfKeys(
  context: CommandContext,
  paths: readonly string[],
): Promise<ReadonlyMap<KeyId, readonly string[]>> {
  const uses = new Map<KeyId, string[]>();
  if (paths.length === 0) return uses;
  for (const { shown } of await expandInputs(context, paths)) {
    const source = await readSource(context, shown);
    if (!source.text.includes("SealedSecret")) continue;
    for (const { sealed } of sealedObjects(source)) {
      for (const keyId of slotsOf(sealed.entries).flatMap(({ slot }) => slot.keyIds)) {
        const files = uses.get(keyId);
        if (files === undefined) uses.set(keyId, [source.path]);
        else files.push(source.path);
      }
    }
  }
  return uses;
}
