/** `lacre keys pin`: whom a keys file names is trusted, once its fingerprint was compared. */
import { LacreError } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { placeOfFile, placesNaming } from "../keys/pin-places.ts";
import { refuseOlder } from "../keys/pin-verdict.ts";
import { readPins } from "../keys/pins.ts";
import { readNamed, readPresent } from "../keys/recipient-files.ts";
import { pinRecipient, recipientsOf } from "../keys/recipient-pins.ts";

/** Pins whom a file names, once the fingerprint was compared with that of who runs the cluster, or has the key. */
export async function pinKeys(
  context: CommandContext,
  file: string,
  { fingerprint }: { readonly fingerprint: string },
): Promise<void> {
  const engine = await context.engine();
  const read = readNamed(engine, file, (await readSource(context, file)).text);
  const recipients = recipientsOf(engine, read);
  const all = recipients.map((one) => one.fingerprint);
  if (!all.includes(fingerprint)) refuseOtherFingerprint(file, all.join(", "), fingerprint);
  for (const one of recipients) refuseOlder(one, readPins(context));
  const places = placesNaming(context, file);
  for (const place of places.length > 0 ? places : [placeOfFile(context, file)]) {
    await pinRecipient(context, engine, place, readPresent(context, engine, place), fingerprint);
    context.say(`pinned ${place.name}: ${fingerprint}`);
  }
}

/** PIN_MISMATCH where what is there is not what the user compared. */
export function refuseOtherFingerprint(what: string, is: string, wanted: string): void {
  if (is === wanted) return;
  throw new LacreError("PIN_MISMATCH", `${what} has the fingerprint ${is}, and named is ${wanted}`, {
    hint: "somebody may have swapped it: ask again who runs the cluster, or has the private key, by another way than this repository",
  });
}
