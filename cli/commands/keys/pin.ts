/** `lacre keys pin`: whom a keys file names is trusted, once its fingerprint was compared. */
import { LacreError } from "../../../src/errors.ts";
import { printableName, shellWord } from "../../../src/model/index.ts";
import type { CommandContext } from "../../context.ts";
import { readSource } from "../../files/files.ts";
import { refuseStdin } from "../../files/sealed-file.ts";
import type { PinPlace } from "../../keys/pin-places.ts";
import { describeMapping, describeRecipient, refuseOlder } from "../../keys/pin-verdict.ts";
import { pinRecipient, targetsOf } from "../../keys/pinning.ts";
import { type Pin, readPins } from "../../keys/pins.ts";
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

/** What is pinned now, on one line. */
export function describePin({ recipients, mapping }: Pin, name: string): string {
  const what = [
    recipients.map(describeRecipient).join(", "),
    ...describeMapping(mapping),
    ...(mapping.isDefault ? ["the default"] : []),
  ];
  return `${printableName(name)}: ${what.join("; ")}`;
}

/** PIN_MISMATCH where what is there is not what the user compared. */
export function refuseOtherFingerprint(what: string, is: string, wanted: string): void {
  if (is === wanted) return;
  throw new LacreError("PIN_MISMATCH", `${what} has the fingerprint ${is}, and named is ${printableName(wanted)}`, {
    hint: "somebody may have swapped it: ask again who runs the cluster, or has the private key, by another way than this repository",
  });
}
