/** `lacre keys destroy`: in a cluster through its controller, or in a key store in a file. */
import { LacreError } from "../../../src/errors.ts";
import { type KeyId, shortKeyId } from "../../../src/model/index.ts";
import type { CommandContext } from "../../context.ts";
import { counted } from "../../counted.ts";
import { type KeyPlace, orderKey } from "../../keys/key-place.ts";
import { usesOfKeys } from "../../keys/key-uses.ts";

/** Options of `lacre keys destroy`. */
export type DestroyOptions = KeyPlace & { readonly force?: boolean };

const FULL_KEY_ID = /^[0-9a-f]{32}$/;

/** Destroys a key: what is sealed for it opens with nothing any more. */
export async function destroyKey(
  context: CommandContext,
  given: string,
  paths: readonly string[],
  options: DestroyOptions,
): Promise<void> {
  const force = options.force === true;
  if (force && !FULL_KEY_ID.test(given)) {
    throw new LacreError("USAGE", "--force takes the whole key id, all 32 digits", {
      hint: "lacre keys list --json shows it; what is sealed for the key is lost for good",
    });
  }
  if (!force && paths.length === 0 && options.keyFile !== undefined) {
    throw new LacreError("USAGE", "say which files could still need the key", {
      hint: `lacre keys destroy ${given} --key-file ${options.keyFile} secrets/`,
    });
  }
  const uses = await usesOfKeys(context, paths);
  await orderKey(context, given, options, (keyId) => {
    const files = uses.get(keyId) ?? [];
    if (!force && files.length > 0) throw inUse(keyId, files);
    return { kind: "destroy", keyId, force };
  });
}

function inUse(keyId: KeyId, files: readonly string[]): LacreError {
  const distinct = [...new Set(files)];
  return new LacreError(
    "KEY_IN_USE",
    `${counted(files.length, "entry", "entries")} in ${counted(distinct.length, "file")} need ${shortKeyId(keyId)}, such as ${distinct.slice(0, 3).join(", ")}`,
    { hint: "move them first: lacre reseal; or lose them: --force with the whole key id" },
  );
}
