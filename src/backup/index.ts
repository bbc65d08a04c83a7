/** `lacre/backup`: backups of private keys, their recovery keys and shares. Loaded only when one is made or read. */
export {
  type BackupKey,
  type BackupLock,
  checkPassphrase,
  checkRecipient,
  formatRecoveryKey,
  lockBackup,
  lockOf,
  makeRecoveryKey,
  type RecoveryKey,
  readIdentities,
  unlockBackup,
} from "./age-file.ts";
export { joinShares, recoveryKeyId, splitRecoveryKey } from "./shares.ts";
