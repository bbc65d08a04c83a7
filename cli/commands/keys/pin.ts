/** `lacre keys pin`: whom a keys file names is trusted, once its fingerprint was compared. */
import { printableName, shellWord } from "../../../src/model/index.ts";
import type { CommandContext } from "../../context.ts";
import { readSource } from "../../files/files.ts";
import { refuseStdin } from "../../files/sealed-file.ts";
import type { PinPlace } from "../../keys/pin-places.ts";
import { describePin, describeRecipient, refuseOlder, refuseOtherFingerprint } from "../../keys/pin-verdict.ts";
import { pinRecipient, targetsOf } from "../../keys/pinning.ts";
import { readPins } from "../../keys/pins.ts";
import { readNamed } from "../../keys/recipient-files.ts";
import { recipientsOf } from "../../keys/recipient-pins.ts";

/** Options of `lacre keys pin`. */
export type PinOptions = { readonly fingerprint: string; readonly env?: string; readonly default?: boolean };

/** Pins whom a file names, once the fingerprint was compared with that of who runs the cluster, or has the key. */
export async function pinKeys(
  context: CommandContext,
  file: string,
  { fingerprint, env, default: isDefault }: PinOptions,
): Promise<void> {
  refuseStdin(file);
  const engine = await context.engine();
  const recipients = recipientsOf(engine, readNamed(engine, file, (await readSource(context, file)).text));
  const all = recipients.map((one) => one.fingerprint);
  if (!all.includes(fingerprint)) refuseOtherFingerprint(printableName(file), all.join(", "), fingerprint);
  for (const one of recipients) refuseOlder(one, readPins(context));
  const vouched = { fingerprint, isDefault: isDefault === true };
  for (const target of targetsOf(context, file, env, fingerprint)) {
    const { pin, unpinned, dropped } = await pinRecipient(context, engine, file, target, vouched);
    context.say(`pinned ${describePin(pin, target.place.name)}`);
    for (const one of dropped) context.say(`no longer pinned: ${describeRecipient(one)}`);
    for (const one of unpinned) {
      const files = target.place.files.map(shellWord).join(" or ");
      context.say(
        `not pinned yet: ${describeRecipient(one)}: lacre keys pin ${files}${ofEnvironment(target.place)} --fingerprint SHA256:...`,
      );
    }
  }
}

function ofEnvironment({ key }: PinPlace): string {
  return key.environment === undefined ? "" : ` --env ${shellWord(key.environment)}`;
}
