/** `lacre keys public`: the public side of private keys on this machine. */
import { formatPublicKey } from "../../../src/keys/index.ts";
import type { CommandContext } from "../../context.ts";
import { tellFingerprint } from "../../keys/key-words.ts";
import { loadPrivateKeys } from "../../keys/private-keys.ts";
import { fingerprintOfKey } from "../../keys/recipient-pins.ts";

/** The public line of every private key in the files. */
export async function printPublicKeys(
  context: CommandContext,
  options: { readonly keyFile?: readonly string[] },
): Promise<void> {
  const engine = await context.engine();
  const keys = await loadPrivateKeys(context, options.keyFile ?? []);
  const lines = keys.map(({ publicKey }) => `# lacre key ${publicKey.keyId}\n${formatPublicKey(publicKey)}\n`);
  for (const key of keys) key.wipe();
  await context.print(lines.join(""));
  for (const { publicKey } of keys) tellFingerprint(context, fingerprintOfKey(engine, publicKey));
}
