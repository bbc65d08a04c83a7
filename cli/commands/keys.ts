/** `lacre keys generate` and `lacre keys public`. */
import { formatPublicKey, generateKey, type Suite } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { loadPrivateKeys, writePrivateKey } from "../io/private-keys.ts";

/** A new key pair: the file is written before the public key is shown, so that no key is used that was not kept. */
export async function generateKeys(
  context: CommandContext,
  options: { readonly keyFile: string; readonly suite: Suite },
): Promise<void> {
  const key = generateKey(await context.engine(), options.suite);
  try {
    writePrivateKey(context, options.keyFile, key);
    await context.print(`# lacre key ${key.publicKey.keyId}\n${formatPublicKey(key.publicKey)}\n`);
    context.say(
      `private key: ${options.keyFile} (mode 0600). Keep a copy offline: what is sealed for it opens with nothing else`,
    );
  } finally {
    key.wipe();
  }
}

/** The public line of every private key in the files. */
export async function printPublicKeys(
  context: CommandContext,
  options: { readonly keyFile?: readonly string[] },
): Promise<void> {
  const keys = await loadPrivateKeys(context, options.keyFile ?? []);
  const lines = keys.map(({ publicKey }) => `# lacre key ${publicKey.keyId}\n${formatPublicKey(publicKey)}\n`);
  for (const key of keys) key.wipe();
  await context.print(lines.join(""));
}
