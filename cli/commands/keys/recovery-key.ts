/** `lacre keys recovery-key`: what opens backups, kept offline, in one piece or in shares. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../../src/errors.ts";
import type { CommandContext } from "../../context.ts";
import { resolvePath } from "../../files/files.ts";
import { loadBackupModule } from "../../keys/backup-keys.ts";
import { writePrivateFile } from "../../keys/private-keys.ts";

/** Options of `lacre keys recovery-key`. */
export type RecoveryOptions = { readonly output: string; readonly shares?: number; readonly threshold?: number };

/** Makes a recovery key: in one file, or in shares of which some suffice. Prints its recipient. */
export async function makeRecovery(context: CommandContext, options: RecoveryOptions): Promise<void> {
  const { shares: total, threshold, output } = options;
  if ((total === undefined) !== (threshold === undefined)) {
    throw new LacreError("USAGE", "--shares and --threshold go together", {
      hint: "such as: --shares 5 --threshold 3",
    });
  }
  const engine = await context.engine();
  const { formatRecoveryKey, makeRecoveryKey, recoveryKeyId, splitRecoveryKey } = await loadBackupModule();
  const key = await makeRecoveryKey();
  const keyId = recoveryKeyId(engine, key.recipient);
  if (total === undefined || threshold === undefined) {
    writePrivateFile(context, output, formatRecoveryKey(key, keyId));
    context.say(`recovery key ${keyId}: ${output} (mode 0600). Keep it offline, apart from the backups`);
  } else {
    const texts = await splitRecoveryKey(engine, key, { total, threshold });
    fs.mkdirSync(resolvePath(context, output), { recursive: true, mode: 0o700 });
    for (const [index, text] of texts.entries())
      writePrivateFile(context, path.join(output, `share-${index + 1}-of-${total}-${keyId}.txt`), text);
    context.say(
      `recovery key ${keyId}: ${total} shares in ${output}, of which ${threshold} suffice. Give each to somebody else`,
    );
  }
  await context.print(`${key.recipient}\n`);
}
