/** What opens a backup: recovery keys in files or in shares, or a passphrase that is asked for. Never from the command line. */
import type { BackupLock } from "../../src/backup/index.ts";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { isKeyStore, type KeyStore, parseKeyStore, wipeStore } from "../../src/keys/index.ts";
import { contentLines } from "../../src/model/index.ts";
import { nameFile } from "../../src/node/file-error.ts";
import { readKeyFile } from "../../src/node/key-file.ts";
import type { CommandContext } from "../context.ts";
import { readInput, readSource, resolvePath, STDIN } from "../files/files.ts";

/** Options of what opens backups. */
export type UnlockOptions = {
  readonly identity?: readonly string[];
  readonly share?: readonly string[];
  readonly passphraseFile?: string;
};

/** Options of what locks them. */
export type LockOptions = {
  readonly recipient?: readonly string[];
  readonly passphrase?: boolean;
  readonly passphraseFile?: string;
};

type BackupModule = typeof import("../../src/backup/index.ts");

/** Loads what makes and opens backups: much code, for few commands. */
export function loadBackupModule(): Promise<BackupModule> {
  return import("../../src/backup/index.ts");
}

async function readPassphrase(context: CommandContext, file: string): Promise<string> {
  const bytes = file === STDIN ? await readInput(context, file) : undefined;
  const text =
    bytes === undefined
      ? readKeyFile(resolvePath(context, file), context.env, file).text
      : new TextDecoder().decode(bytes);
  return text.replace(/\r?\n$/, "");
}

/** A new passphrase, typed twice or read from a file. */
async function choosePassphrase(context: CommandContext, file: string | undefined): Promise<string> {
  if (file !== undefined) return readPassphrase(context, file);
  if (!context.terminal.stdin) {
    throw new LacreError("USAGE", "a passphrase is typed on a terminal", {
      hint: "or read from a 0600 file: --passphrase-file FILE, - for standard input",
    });
  }
  const { text: passphrase } = await context.askHidden("Passphrase of the backup (hidden): ");
  const { text: again } = await context.askHidden("Once more: ");
  if (passphrase === again) return passphrase;
  throw new LacreError("USAGE", "the two passphrases are not the same", { hint: "nothing was written; try again" });
}

/** The recipients of a word or of a file with one a line. */
async function readRecipients(context: CommandContext, named: string): Promise<readonly string[]> {
  if (named.startsWith("age1") || named.startsWith("AGE-SECRET-KEY-")) return [named];
  return contentLines((await readSource(context, named)).text);
}

/** How a backup is to be locked: for recipients or with a passphrase, never both. */
export async function chooseLock(context: CommandContext, options: LockOptions): Promise<BackupLock> {
  const { checkPassphrase, checkRecipient } = await loadBackupModule();
  const named = options.recipient ?? [];
  const byPassphrase = options.passphrase === true || options.passphraseFile !== undefined;
  if (byPassphrase === named.length > 0) {
    throw new LacreError(
      "USAGE",
      byPassphrase ? "a recipient and a passphrase cannot be mixed" : "a backup has a lock",
      {
        hint: byPassphrase
          ? "whoever finds the weaker of the two has it all: make two backups"
          : "name a recovery key: --recipient age1pq1... (lacre keys recovery-key makes one), or --passphrase",
      },
    );
  }
  if (byPassphrase) {
    return { kind: "passphrase", passphrase: checkPassphrase(await choosePassphrase(context, options.passphraseFile)) };
  }
  const recipients = (await Promise.all(named.map((one) => readRecipients(context, one)))).flat();
  return { kind: "recipients", recipients: recipients.map(checkRecipient) };
}

/** The text of a backup, opened with what was named. */
async function openBackup(context: CommandContext, file: string, options: UnlockOptions): Promise<string> {
  const bytes = await readInput(context, file);
  const { joinShares, lockOf, readIdentities, recoveryKeyId, unlockBackup } = await loadBackupModule();
  const { identity: files = [], share: shares = [], passphraseFile } = options;
  const byKey = files.length > 0 || shares.length > 0;
  if (byKey && passphraseFile !== undefined) {
    throw new LacreError("USAGE", "a backup has one lock: a recovery key or a passphrase", {
      hint: "name one of them",
    });
  }
  try {
    if (!byKey) {
      if (lockOf(bytes) === "recipients" && passphraseFile === undefined) {
        throw new LacreError("BACKUP_LOCKED", "the backup is locked for a recovery key", {
          hint: "name its file with --identity FILE, or its shares with --share FILE",
        });
      }
      const passphrase = await askPassphrase(context, passphraseFile);
      return await unlockBackup(bytes, { kind: "passphrase", passphrase });
    }
    const engine = await context.engine();
    const keys = [];
    for (const one of files)
      keys.push(
        ...(await named(one, () => readIdentities(readKeyFile(resolvePath(context, one), context.env, one).text))),
      );
    const texts = await Promise.all(
      shares.map(async (name) => ({ name, text: (await readSource(context, name)).text })),
    );
    if (texts.length > 0) keys.push(await joinShares(engine, texts));
    const ids = keys.map(({ recipient }) => recoveryKeyId(engine, recipient));
    return await unlockBackup(bytes, { kind: "identities", identities: keys.map(({ identity }) => identity) }, ids);
  } catch (error) {
    const isOfBackup = error instanceof LacreError && error.code.startsWith("BACKUP_");
    throw isOfBackup ? nameFile(file, error) : error;
  }
}

async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LacreError && error.code === "KEY_INVALID" ? nameFile(file, error) : error;
  }
}

async function askPassphrase(context: CommandContext, file: string | undefined): Promise<string> {
  if (file !== undefined) return readPassphrase(context, file);
  if (!context.terminal.stdin) {
    throw new LacreError("BACKUP_LOCKED", "the backup is locked with a passphrase", {
      hint: "type it on a terminal, or --passphrase-file FILE",
    });
  }
  return (await context.askHidden("Passphrase of the backup (hidden): ")).text;
}

function readBackup(engine: Engine, file: string, text: string): KeyStore {
  if (!isKeyStore(text)) {
    throw new LacreError("BACKUP_INVALID", `${file}: what is locked in it is no key store`, {
      hint: "it is an age file of something else",
    });
  }
  try {
    return parseKeyStore(engine, text);
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    throw nameFile(
      file,
      new LacreError("BACKUP_INVALID", error.message, { hint: "take another copy or an older backup" }),
    );
  }
}

/** Works with the store in a backup, every key id derived again, and wipes it. BACKUP_INVALID for anything else in it. */
export async function withBackup<T>(
  context: CommandContext,
  file: string,
  options: UnlockOptions,
  work: (store: KeyStore, engine: Engine) => Promise<T>,
): Promise<T> {
  const text = await openBackup(context, file, options);
  const engine = await context.engine();
  const store = readBackup(engine, file, text);
  try {
    return await work(store, engine);
  } finally {
    wipeStore(store);
  }
}
