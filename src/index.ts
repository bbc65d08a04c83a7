/**
 * lacre: seal values with public keys, open them with private ones, judge files with none.
 *
 * @example
 * import { generateKey, Keyring, openToken, portableEngine, sealToken } from "lacre";
 * const engine = await portableEngine();
 * const key = generateKey(engine, "mlkem768x25519");
 * const place = { namespace: "shop", name: "db-credentials", key: "DB_PASSWORD" };
 * const value = new TextEncoder().encode("correct horse");
 * const sealedAt = BigInt(Math.floor(Date.now() / 1000));
 * const token = sealToken(engine, { value, scope: "strict", place, recipients: [key.publicKey], sealedAt });
 * const opened = openToken(engine, new Keyring([key]), token, place);
 */
import type { Engine } from "./crypto/engine.ts";

export { fromBase64url, fromUtf8, isWellFormed, sameBytes, toBase64url, toHex, utf8, wipe } from "./bytes.ts";
export type { Engine } from "./crypto/engine.ts";
export { generateKey, type PrivateKey, type PublicKey } from "./crypto/key.ts";
export { Keyring } from "./crypto/keyring.ts";
export { isAt, type OpenedToken, type OpenFailure, openToken } from "./crypto/open-token.ts";
export { type SealRequest, sealToken } from "./crypto/seal-token.ts";
export {
  createSealer,
  formatSigningKey,
  generateSigningKey,
  parseSigningSeed,
  type Sealer,
  signingKeyLine,
} from "./crypto/signature.ts";
export { type ErrorCode, LacreError } from "./errors.ts";
export { readConfiguration } from "./format/configuration.ts";
export { readDotenv } from "./format/plain/dotenv.ts";
export {
  detectFormat,
  INPUT_FORMATS,
  type InputFormat,
  isManifestPath,
  PLAIN_FORMATS,
} from "./format/plain/formats.ts";
export { printDotenv } from "./format/plain/print-dotenv.ts";
export { type EntryChanges, editEntries, type SealedObject } from "./format/sealed/edit.ts";
export { printableText, printObject, printSealedSecret, secretObject, TOP_LEVEL } from "./format/sealed/print.ts";
export { readStream, type StreamObject } from "./format/stream.ts";
export { closest } from "./format/yaml/nodes.ts";
export { decodeSource, type Source, withBom } from "./format/yaml/source.ts";
export { applySplices, type Splice } from "./format/yaml/splice.ts";
export { hasMoreTokens } from "./format/yaml/tokens.ts";
export { isBackupSigned, signBackup } from "./keys/backup-proof.ts";
export {
  doubtIdentity,
  type FoundKey,
  foundKey,
  judgeKeys,
  statesOf,
  withFurtherState,
} from "./keys/held-secrets.ts";
export { type KeyFileFacts, refuseUnsafeKeyFile } from "./keys/key-file.ts";
export {
  BACKUP_DATA,
  BACKUP_NAME,
  BACKUP_OF,
  BACKUP_PROOF,
  BACKUP_TAKEN,
  destroyPatch,
  hasKeyProofs,
  IDENTITY,
  IDENTITY_SECRET,
  identitySecret,
  KEY_LIST_DATA,
  KEY_LIST_NAME,
  type KeySecret,
  keyProofsPatch,
  keySecret,
  keySecretName,
  readIdentitySecret,
  readKeyProof,
  readKeySecret,
  readMadeFor,
  readSerial,
  SEALING_KEY,
  serialPatch,
  statePatch,
} from "./keys/key-secret.ts";
export {
  decideKeys,
  judgeOrder,
  type KeyAction,
  type KeyFact,
  type KeyOrder,
  type KeyPolicy,
  type KeyVerdict,
  rotationLimit,
} from "./keys/life.ts";
export {
  CLUSTER,
  fingerprintOf,
  isKeyList,
  KEY_STATES,
  type KeyList,
  type KeyState,
  type ListedKey,
  newestActive,
  parseKeyList,
  type SignedKeyList,
  sameKeys,
  signKeyList,
} from "./keys/list.ts";
export { factsOfKey, proveKey } from "./keys/proof.ts";
export {
  answerAnnotations,
  answerTo,
  formatAnswer,
  type KeyAnswer,
  type KeyRequest,
  openRequests,
  orderOf,
  orderRequest,
  overlongRequests,
  requestAnnotations,
  rotateRequest,
} from "./keys/request.ts";
export {
  parseSealers,
  policyFor,
  type SealerPolicy,
  type SignaturePolicy,
  signatureProblem,
} from "./keys/sealers.ts";
export {
  formatKeyStore,
  furtherState,
  HELD_STATES,
  type HeldKey,
  type HeldState,
  isKeyStore,
  type KeyStore,
  listOf,
  nextSerial,
  parseKeyStore,
  readPrivateKeys,
  wipeStore,
} from "./keys/store.ts";
export {
  asBackedUp,
  changeStore,
  factsOf,
  holdNew,
  KEY_LIFETIME_MS,
  type NewKeys,
  newStore,
} from "./keys/store-change.ts";
export {
  formatPrivateKey,
  formatPublicKey,
  parsePrivateKeys,
  parsePublicKeys,
} from "./keys/text.ts";
export { type Context, parseContext, parseScope, SCOPES, type Scope } from "./model/context.ts";
export { isVariable, whatItDrives } from "./model/driving-names.ts";
export { CONFIGURATION_FILE, type Configuration, defaultEnvironmentOf, type Environment } from "./model/environment.ts";
export { type KeyId, shortKeyId } from "./model/key-id.ts";
export { MAX_INPUT_BYTES, MAX_MANIFEST_BYTES, MAX_SECRET_BYTES, MAX_VALUE_BYTES } from "./model/limits.ts";
export { contentLines } from "./model/lines.ts";
export { parseKey, parseName, parseNamespace } from "./model/names.ts";
export { printable, printableJson, printableName, printableTalk } from "./model/printable.ts";
export { excessOf, objectName, type SealedSecret, type SyncPolicy } from "./model/sealed-secret.ts";
export { PLAIN_SHAPE, type PlainSecret, type SecretShape, wipeSecret } from "./model/secret.ts";
export { posixWord, shellQuoted, shellWord } from "./model/shell-word.ts";
export { DEFAULT_SUITE, isSuite, SUITE_NAMES, type Suite } from "./model/suite.ts";
export { rfc3339 } from "./model/time.ts";
export { parseToken, sealedAtDate, TOKEN_PREFIX, type Token } from "./model/token.ts";
export { type Difference, type Sign, sealedDifferences } from "./seal/difference.ts";
export { type Edits, PLACEHOLDER, printBuffer, readBuffer } from "./seal/edit.ts";
export { type EntryReport, inspectSealed } from "./seal/inspect.ts";
export { type Aligned, alignEntries, describeToken, type EntryConflict, isMergedAs } from "./seal/merge.ts";
export { type EntryFailure, type OpenedSecret, openSecret } from "./seal/open.ts";
export { type Resealed, type ResealTargets, resealSecret, staleEntries } from "./seal/reseal.ts";
export {
  parseResealResult,
  type ResealedEntry,
  resealedChanges,
  resealFooter,
  resealHeader,
  resealLine,
  tokenDigest,
} from "./seal/reseal-result.ts";
export { type SealOptions, sealSecret } from "./seal/seal.ts";
export { type SealedSource, type SealSourceOptions, sealSource } from "./seal/seal-source.ts";
export {
  type AddedAllowance,
  addedAllowances,
  addedInline,
  allowanceFinding,
  type Leniency,
} from "./verify/allow/added-allowances.ts";
export { applyAllowances } from "./verify/allow/allowances.ts";
export { BASELINE_FILE, type Baseline, printBaseline, readBaseline } from "./verify/allow/baseline.ts";
export type { KeySets, SealedPolicy } from "./verify/detect/sealed-policy.ts";
export { type Demand, type EnvironmentState, judgeEnvironments, movedEnvironments } from "./verify/environments.ts";
export type { Finding, Identify } from "./verify/finding.ts";
export { explain } from "./verify/report/explain.ts";
export { printReport } from "./verify/report/report.ts";
export {
  isUnscanned,
  isWarning,
  openFindings,
  REPORT_FORMATS,
  type ReportFormat,
  type VerifyResult,
} from "./verify/report/result.ts";
export { warningNotes } from "./verify/report/warnings.ts";
export { givesRoles, type RoleTable, readRoles } from "./verify/roles.ts";
export { findRule, RULES, type Rule, type RuleId } from "./verify/rules.ts";
export { decodeBytes } from "./verify/text/text.ts";
export { type TreeName, trackedPrograms } from "./verify/tracked-programs.ts";
export {
  MAX_VERIFIED_BYTES,
  unscanned,
  type VerifiedFile,
  type VerifyContext,
  verify,
  verifyFile,
} from "./verify/verify.ts";
export { VERSION } from "./version.ts";

/** The engine that runs everywhere, browsers included. On Node, `nativeEngine()` of `lacre/node` is ten times faster. */
export async function portableEngine(): Promise<Engine> {
  return (await import("./crypto/engine-portable.ts")).portableEngine;
}
