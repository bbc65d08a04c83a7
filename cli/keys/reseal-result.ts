/** What a reseal inside a cluster gave, put into the files. It is ciphertext and needs no key. */

import { LacreError } from "../../src/errors.ts";
import { applySplices, editEntries } from "../../src/format/index.ts";
import { parseToken, shortKeyId } from "../../src/model/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { parseResealResult, type ResealedEntry, resealedChanges } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { counted } from "../counted.ts";
import { readSource } from "../files/files.ts";
import { expandInputs } from "../files/inputs.ts";
import { rewriteFile, sealedObjects, sealedObjectsIn } from "../files/sealed-file.ts";
import { type NamedKeys, tellRecipients } from "./public-keys.ts";

/** A result comes out of a log: its tokens are for those that the user would seal for now, or PIN_MISMATCH. */
function refuseOtherRecipients(entries: ReadonlyMap<string, ResealedEntry>, { usable, whom }: NamedKeys): void {
  for (const { namespace, name, key, token } of entries.values()) {
    const other = parseToken(token)?.stanzas.find(({ keyId }) => !usable.includes(keyId));
    if (other === undefined) continue;
    throw new LacreError(
      "PIN_MISMATCH",
      `the result seals ${namespace}/${name}, entry ${key}, for ${shortKeyId(other.keyId)}, and this environment is ${whom.join(" and ")}`,
      {
        hint: "if the cluster has a newer key: lacre keys fetch, and again; else the result was changed on its way: run the Job again",
      },
    );
  }
}

/** Puts the new tokens of a reseal inside a cluster into the files, where the old ones still stand. */
export async function applyResult(
  context: CommandContext,
  paths: readonly string[],
  from: string,
  named: NamedKeys,
): Promise<number> {
  const engine = await context.engine();
  const { entries, left } = parseResealResult((await readSource(context, from)).text);
  refuseOtherRecipients(entries, named);
  // All files are judged before the first is written: what is refused in one changes none.
  const due: string[] = [];
  for (const { shown } of await expandInputs(context, paths)) {
    const objects = await sealedObjectsIn(context, shown);
    const changes = objects.map(({ sealed }) => resealedChanges(engine, sealed, entries).size);
    if (changes.some((size) => size > 0)) due.push(shown);
  }
  let [files, count] = [0, 0];
  for (const shown of due) {
    let moved = 0;
    const isWritten = await rewriteFile(context, shown, (source) => {
      const edits = sealedObjects(source).map((object) => ({
        object,
        changes: resealedChanges(engine, object.sealed, entries),
      }));
      moved = edits.reduce((sum, { changes }) => sum + changes.size, 0);
      return applySplices(
        source.text,
        edits.flatMap(({ object, changes }) => editEntries(source, object, changes)),
      );
    });
    if (!isWritten) continue;
    files++;
    count += moved;
  }
  const others = entries.size - count;
  tellRecipients(context, named, {});
  context.say(`resealed ${counted(count, "entry", "entries")} in ${counted(files, "file")}`);
  if (others > 0)
    context.say(`${counted(others, "entry", "entries")} of the result are not in these files, or were changed since`);
  if (left > 0)
    context.say(`the Job left ${counted(left, "entry", "entries")} as they were; its log says which and why`);
  return left === 0 ? EXIT.fine : EXIT.noKey;
}
