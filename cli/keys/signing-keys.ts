/** The key that the user signs with: a 0600 file, like every private key. */
import { createSealer, parseSigningSeed, type Sealer } from "../../src/crypto/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import { readKeyFile } from "../../src/node/key-file.ts";
import type { CommandContext } from "../context.ts";
import { resolvePath } from "../files/files.ts";

/** Option of every command that seals. */
export type SignOptions = { readonly signWith?: string };

/** Names the signing key's file where no option does. */
const SIGN_WITH_VARIABLE = "LACRE_SIGN_WITH";

/** The sealer whose key is named, or nobody: signatures are opt-in. */
export async function loadSealer(context: CommandContext, options: SignOptions): Promise<{ readonly sealer?: Sealer }> {
  const file = options.signWith ?? context.env[SIGN_WITH_VARIABLE];
  if (!file) return {};
  const engine = await context.engine();
  const { text } = readKeyFile(resolvePath(context, file), context.env, file);
  return { sealer: inFile(file, () => createSealer(engine, parseSigningSeed(text))) };
}
