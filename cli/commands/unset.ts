/** `lacre unset`: one entry less, without any private key. */
import { LacreError } from "../../src/errors.ts";
import { repeatable, type SealedSecret } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { changeEntries, refuseStdin } from "../files/sealed-file.ts";

/** Removes one entry. An entry that is not there is a mistake in its name. */
export async function unsetEntry(
  context: CommandContext,
  file: string,
  key: string,
  options: { readonly object?: string },
): Promise<void> {
  refuseStdin(file);
  await changeEntries(context, file, options.object, (sealed) => {
    if (!sealed.entries.has(key)) throw noEntry(file, sealed, key);
    return new Map([[key, undefined]]);
  });
  context.say(`removed ${key} from ${file}`);
}

function noEntry(file: string, sealed: SealedSecret, key: string): LacreError {
  return new LacreError("ENTRY_NOT_FOUND", `${file} has no entry ${repeatable(key)}`, {
    hint: `it has: ${[...sealed.entries.keys()].join(", ") || "none"}`,
  });
}
