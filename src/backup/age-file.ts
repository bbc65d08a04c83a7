/** A backup: the key store as a standard age file (age-encryption.org/v1), armoured. The only importer of age-encryption. */
import { armor, Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { fromUtf8, wipe } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { contentLines } from "../model/lines.ts";

/** Who can open a backup: holders of recovery keys, or whoever knows a passphrase. age allows no mixture, and so do we. */
export type BackupLock =
  | { readonly kind: "recipients"; readonly recipients: readonly string[] }
  | { readonly kind: "passphrase"; readonly passphrase: string };

/** What is tried on a backup. */
export type BackupKey =
  | { readonly kind: "identities"; readonly identities: readonly string[] }
  | { readonly kind: "passphrase"; readonly passphrase: string };

const RECIPIENT = /^age1pq1[02-9ac-hj-np-z]+$/;
const IDENTITY = /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]+$/;
const LEAST_PASSPHRASE_CHARACTERS = 12;
/** scrypt, N = 2^18: what age itself uses. */
const SCRYPT_LOG_N = 18;

/** A recipient that is post-quantum, or KEY_INVALID: git history and backups outlive algorithms. */
export function checkRecipient(recipient: string): string {
  if (RECIPIENT.test(recipient)) {
    try {
      new Encrypter().addRecipient(recipient);
      return recipient;
    } catch {
      throw new LacreError("KEY_INVALID", "the age recipient is cut or mistyped: its checksum does not fit", {
        hint: "copy the whole line again",
      });
    }
  }
  if (recipient.startsWith("AGE-SECRET-KEY-")) {
    throw new LacreError("KEY_IS_PRIVATE", "this is a recovery key itself, where its recipient belongs", {
      hint: "treat it as known to others, make another one: lacre keys recovery-key; its recipient starts with age1pq1",
    });
  }
  throw new LacreError("KEY_INVALID", "this is no post-quantum age recipient: it does not start with age1pq1", {
    hint: "make one: lacre keys recovery-key --output FILE, or age-keygen -pq (age 1.3)",
  });
}

/** Refuses a passphrase that could be guessed at leisure. */
export function checkPassphrase(passphrase: string): string {
  if (passphrase.length >= LEAST_PASSPHRASE_CHARACTERS) return passphrase;
  throw new LacreError("USAGE", `a backup's passphrase needs ${LEAST_PASSPHRASE_CHARACTERS} characters or more`, {
    hint: "five or six random words; whoever has the file can try as long as they like",
  });
}

/** The armoured age file of a text. */
export async function lockBackup(text: string, lock: BackupLock): Promise<string> {
  const encrypter = new Encrypter();
  if (lock.kind === "passphrase") {
    encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
    encrypter.setPassphrase(checkPassphrase(lock.passphrase));
  } else {
    if (lock.recipients.length === 0)
      throw new LacreError("USAGE", "a backup needs a recipient or a passphrase", {
        hint: "name the public part of a recovery key: lacre keys recovery-key",
      });
    for (const recipient of lock.recipients) encrypter.addRecipient(checkRecipient(recipient));
  }
  return armor.encode(await encrypter.encrypt(text));
}

function damaged(): LacreError {
  return new LacreError("BACKUP_INVALID", "the backup is cut or damaged", {
    hint: "take another copy of it; lacre keys backup verify tells a good one",
  });
}

/** What a file's header says it is locked with. */
export function lockOf(file: Uint8Array): "recipients" | "passphrase" {
  const head = new TextDecoder("latin1").decode(dearmor(file).subarray(0, 40));
  if (!head.startsWith("age-encryption.org/v1\n")) {
    throw new LacreError("BACKUP_INVALID", "this is no age file, and so no backup", {
      hint: "a backup is what lacre keys backup wrote",
    });
  }
  return head.includes("-> scrypt ") ? "passphrase" : "recipients";
}

function dearmor(file: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(file);
  if (!text.trimStart().startsWith("-----BEGIN AGE")) return file;
  try {
    return armor.decode(text);
  } catch {
    throw damaged();
  }
}

function wrongKey(kind: "recipients" | "passphrase", key: BackupKey, known: readonly string[]): LacreError {
  if (kind === "passphrase" && key.kind === "identities") {
    return new LacreError("BACKUP_LOCKED", "the backup is locked with a passphrase, not for a recovery key", {
      hint: "leave --identity and --share out: the passphrase is asked for",
    });
  }
  if (kind === "recipients" && key.kind === "passphrase") {
    return new LacreError("BACKUP_LOCKED", "the backup is locked for a recovery key, not with a passphrase", {
      hint: "name its file with --identity FILE, or its shares with --share FILE",
    });
  }
  if (kind === "passphrase")
    return new LacreError("BACKUP_LOCKED", "the passphrase is not the one of this backup", {
      hint: "try again; capital letters and spaces count",
    });
  const tried = known.length === 0 ? "" : `: it was tried with ${known.join(", ")}`;
  return new LacreError("BACKUP_LOCKED", `the backup is locked for another recovery key${tried}`, {
    hint: "its maker knows for which; a recovery key's id stands in its file and in each of its shares",
  });
}

/** The text of a backup. BACKUP_INVALID for a damaged one, BACKUP_LOCKED for the wrong key. known: ids of the keys tried. */
export async function unlockBackup(file: Uint8Array, key: BackupKey, known: readonly string[] = []): Promise<string> {
  const kind = lockOf(file);
  const fits = (kind === "passphrase") === (key.kind === "passphrase");
  if (!fits) throw wrongKey(kind, key, known);
  const decrypter = new Decrypter();
  if (key.kind === "passphrase") decrypter.addPassphrase(key.passphrase);
  else for (const identity of key.identities) decrypter.addIdentity(identity);
  const bytes = dearmor(file);
  let text: Uint8Array;
  try {
    text = await decrypter.decrypt(bytes);
  } catch (error) {
    // The library tells a key that does not fit from damage by its words alone. Its version is pinned, and a test holds them.
    if (error instanceof Error && error.message.startsWith("no identity matched")) throw wrongKey(kind, key, known);
    throw damaged();
  }
  const decoded = fromUtf8(text);
  wipe(text);
  if (decoded === undefined) throw damaged();
  return decoded;
}

/** A recovery key: an age identity, and the recipient that backups are locked for. */
export type RecoveryKey = { readonly identity: string; readonly recipient: string };

/** A new recovery key. */
export async function makeRecoveryKey(): Promise<RecoveryKey> {
  return recoveryKey(await generateHybridIdentity());
}

/** The recovery key of an identity, or KEY_INVALID. */
export async function recoveryKey(identity: string): Promise<RecoveryKey> {
  try {
    if (IDENTITY.test(identity)) return { identity, recipient: await identityToRecipient(identity) };
  } catch {
    // Its checksum does not fit.
  }
  throw new LacreError("KEY_INVALID", "this is no post-quantum age identity, or it is cut or mistyped", {
    hint: "one line that starts with AGE-SECRET-KEY-PQ-1",
  });
}

/** The identities in a file as age-keygen writes it, at least one, or KEY_INVALID. */
export async function readIdentities(text: string): Promise<readonly RecoveryKey[]> {
  const lines = contentLines(text);
  if (lines.length === 0) return [await recoveryKey("")];
  return Promise.all(lines.map(recoveryKey));
}

/** A recovery key's file, as age-keygen writes it. */
export function formatRecoveryKey({ identity, recipient }: RecoveryKey, keyId: string): string {
  return `# recovery key ${keyId} of lacre: it opens backups. Keep it offline, apart from them\n# public key: ${recipient}\n${identity}\n`;
}
