/** A sealed file opened: all of it, or an error. */
import type { Keyring } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { type PlainSecret, wipeSecret } from "../../src/model/index.ts";
import { openSecret } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { sealedObjects } from "../files/sealed-file.ts";
import { openError } from "./open-error.ts";

/** All Secrets of one file, or an error that names every entry that does not open. */
export async function openFile(
  context: CommandContext,
  file: string,
  keyring: Keyring,
  namespace?: string,
): Promise<readonly PlainSecret[]> {
  const engine = await context.engine();
  const source = await readSource(context, file);
  const objects = sealedObjects(source);
  if (objects.length === 0) {
    throw new LacreError("NOT_SEALED", `${source.path} holds no SealedSecret`, {
      hint: "to seal a Secret: lacre seal",
    });
  }
  const secrets: PlainSecret[] = [];
  for (const { sealed } of objects) {
    const placed = sealed.namespace === "" && namespace !== undefined ? { ...sealed, namespace } : sealed;
    const opened = openSecret(engine, keyring, placed);
    if (opened.ok) {
      secrets.push(opened.secret);
      continue;
    }
    for (const secret of secrets) wipeSecret(secret);
    throw openError(source.path, placed, opened.failures, keyring);
  }
  return secrets;
}
