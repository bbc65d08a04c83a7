/** The identity's signature over a backup: who may write the ConfigMap it lies in cannot put another in its place unseen. Pure. */
import { concat, fromBase64url, toBase64url, utf8 } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { LABEL } from "../model/label.ts";

/** The bytes that are signed. of: what the backup is of; file: the age file. */
function signedBytes(engine: Engine, of: string, file: string): Uint8Array {
  const hashes = concat(engine.sha256(utf8(of)), engine.sha256(utf8(file)));
  return concat(utf8(`${LABEL}backup-proof\0`), engine.sha256(hashes));
}

/** The signature of a backup, with the identity's 32-byte seed. */
export function signBackup(engine: Engine, of: string, file: string, seed: Uint8Array): string {
  return toBase64url(engine.sign(seed, signedBytes(engine, of, file)));
}

/** True when the identity, 32 bytes, signed this backup. */
export function isBackupSigned(
  engine: Engine,
  of: string,
  file: string,
  identity: Uint8Array,
  signature: string,
): boolean {
  const bytes = fromBase64url(signature);
  return bytes?.length === 64 && engine.isSigned(identity, signedBytes(engine, of, file), bytes);
}
